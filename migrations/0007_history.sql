-- +goose Up

-- Who changed what of a public record, and when. Written in the transaction of
-- the change. Holds the values: confidential records have no place here.
CREATE TABLE record_change (
    -- The prefix of the record's global id.
    record_kind text COLLATE "C" NOT NULL CONSTRAINT record_change_record_kind_check CHECK (record_kind ~ '^[a-z]{3}$'),
    record_id   uuid NOT NULL,
    -- The version that the change made.
    version     integer NOT NULL CONSTRAINT record_change_version_check CHECK (version >= 1),
    at          timestamptz NOT NULL,
    actor       text NOT NULL CONSTRAINT record_change_actor_check CHECK (length(actor) BETWEEN 1 AND 500),
    -- [{"field": …, "before": …, "after": …}]
    fields      jsonb NOT NULL CONSTRAINT record_change_fields_check CHECK (jsonb_typeof(fields) = 'array'),
    PRIMARY KEY (record_kind, record_id, version)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER record_change_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON record_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
