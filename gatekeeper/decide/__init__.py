"""From findings to a decision: waivers, the verdict, and when it could change."""
