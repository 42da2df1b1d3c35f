-- The tables that the runbook's statements name, with some rows of a good hour, and a role that may only read.
-- Section 2.1 and 4 of the runbook show the columns; their types, and those of circuit_breaker_state, are chosen here.
CREATE TABLE data_uploads (
    id text PRIMARY KEY,
    workspace_id text NOT NULL,
    status text NOT NULL,
    row_count integer,
    error_text text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE staging_rows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    upload_id text NOT NULL REFERENCES data_uploads (id),
    validation_status text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE circuit_breaker_state (
    name text PRIMARY KEY,
    state text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO data_uploads (id, workspace_id, status, row_count, created_at)
SELECT 'upload-' || n, 'workspace-1', 'completed', 100 * n, now() - n * interval '2 minutes'
FROM generate_series(1, 25) AS n;
INSERT INTO staging_rows (upload_id, validation_status, created_at)
SELECT 'upload-1', 'valid', now() - interval '3 minutes' FROM generate_series(1, 40);
INSERT INTO circuit_breaker_state (name, state) VALUES ('database', 'CLOSED'), ('storage', 'CLOSED');

CREATE ROLE gatekeeper LOGIN PASSWORD 'only-for-the-example';
GRANT SELECT ON data_uploads, staging_rows, circuit_breaker_state TO gatekeeper;
