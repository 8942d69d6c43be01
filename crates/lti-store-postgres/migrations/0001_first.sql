-- Keys are SHA-256 digests.

-- Take once: deleted by whoever takes it.
CREATE TABLE lti_value (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    value bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX lti_value_expires_at ON lti_value (expires_at);

-- First use: inserted by whoever is first.
CREATE TABLE lti_used (
    key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX lti_used_expires_at ON lti_used (expires_at);

-- Registration records.
CREATE TABLE lti_record (
    ledger bytea NOT NULL CHECK (octet_length(ledger) = 32),
    issuer bytea NOT NULL CHECK (octet_length(issuer) = 32),
    client bytea NOT NULL CHECK (octet_length(client) = 32),
    document bytea NOT NULL,
    PRIMARY KEY (ledger, issuer, client)
);
