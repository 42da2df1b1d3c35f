"""gatekeeper decides "may we go?" from policies and evidence.

load → collect → snapshot → evaluate → decide → render | record | notify
"""

__version__ = "0.1.0"
