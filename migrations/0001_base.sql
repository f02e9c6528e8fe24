-- +goose Up

-- Exclusion constraints over a key and a period need it; part of every
-- Postgres distribution ("contrib"), and the owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Secrets that all servers of one database share.
CREATE TABLE server_secret (
    name  text PRIMARY KEY,
    value bytea NOT NULL CHECK (length(value) >= 32)
);

INSERT INTO server_secret (name, value)
VALUES ('cursor', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- What was created under which key, so that a repeated request gets the first
-- result. Written in the transaction of the effect. Holds a hash of the input,
-- never the input.
CREATE TABLE idempotency_key (
    actor      text NOT NULL,
    key        text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    operation  text NOT NULL,
    input_hash bytea NOT NULL CHECK (length(input_hash) = 32),
    result_id  uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);

CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);
