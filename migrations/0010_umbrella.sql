-- +goose Up

-- Only umbrella bodies have members, and one that has or had any stays one. The
-- kind stands in each membership, so that the foreign key can hold it.
ALTER TABLE organisation ADD CONSTRAINT organisation_id_kind_key UNIQUE (id, kind);

ALTER TABLE organisation_membership
    ADD COLUMN umbrella_kind text NOT NULL GENERATED ALWAYS AS ('UMBRELLA_BODY') STORED,
    DROP CONSTRAINT organisation_membership_umbrella_fkey,
    ADD CONSTRAINT organisation_membership_umbrella_fkey FOREIGN KEY (umbrella_id, umbrella_kind) REFERENCES organisation (id, kind);
