-- +goose Up

CREATE TABLE organisation (
    id         uuid PRIMARY KEY,
    name       text COLLATE "de-x-icu" NOT NULL
        CONSTRAINT organisation_name_check CHECK (length(name) BETWEEN 1 AND 200),
    kind       text NOT NULL
        CONSTRAINT organisation_kind_check CHECK (kind IN ('PUBLIC_CARRIER', 'FREE_CARRIER', 'UMBRELLA_BODY', 'MINISTRY', 'RESEARCH_INSTITUTE', 'OTHER')),
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Names that differ by upper and lower case alone are one name.
CREATE UNIQUE INDEX organisation_name_key ON organisation (lower(name));

CREATE INDEX organisation_name_idx ON organisation (name, id);

CREATE TABLE ombuds_office (
    id         uuid PRIMARY KEY,
    name       text COLLATE "de-x-icu" NOT NULL
        CONSTRAINT ombuds_office_name_check CHECK (length(name) BETWEEN 1 AND 200),
    status     text NOT NULL
        CONSTRAINT ombuds_office_status_check CHECK (status IN ('PLANNED', 'PILOT', 'OPEN', 'CLOSED')),
    region_id  uuid NOT NULL CONSTRAINT ombuds_office_region_fkey REFERENCES region,
    carrier_id uuid NOT NULL CONSTRAINT ombuds_office_carrier_fkey REFERENCES organisation,
    version    integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX ombuds_office_name_per_carrier_key ON ombuds_office (carrier_id, lower(name));

CREATE INDEX ombuds_office_name_idx ON ombuds_office (name, id);
CREATE INDEX ombuds_office_created_at_idx ON ombuds_office (created_at, id);
CREATE INDEX ombuds_office_region_idx ON ombuds_office (region_id, name, id);

CREATE TABLE office_site (
    id                  uuid PRIMARY KEY,
    office_id           uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    position            integer NOT NULL CHECK (position BETWEEN 0 AND 19),
    name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    street              text CHECK (length(street) BETWEEN 1 AND 200),
    postal_code         text NOT NULL CONSTRAINT office_site_postal_code_check CHECK (postal_code ~ '^[0-9]{5}$'),
    place               text NOT NULL CHECK (length(place) BETWEEN 1 AND 100),
    step_free           text NOT NULL CONSTRAINT office_site_step_free_check CHECK (step_free IN ('YES', 'NO', 'UNKNOWN')),
    by_appointment_only text NOT NULL CONSTRAINT office_site_by_appointment_only_check CHECK (by_appointment_only IN ('YES', 'NO', 'UNKNOWN')),
    CONSTRAINT office_site_position_key UNIQUE (office_id, position) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE contact_channel (
    id                      uuid PRIMARY KEY,
    office_id               uuid NOT NULL REFERENCES ombuds_office ON DELETE CASCADE,
    position                integer NOT NULL CHECK (position BETWEEN 0 AND 19),
    kind                    text NOT NULL
        CONSTRAINT contact_channel_kind_check CHECK (kind IN ('PHONE', 'EMAIL', 'POST', 'WEBSITE', 'CHAT', 'MESSENGER', 'VIDEO_CALL')),
    value                   text NOT NULL CHECK (length(value) BETWEEN 1 AND 500),
    note                    text CHECK (length(note) BETWEEN 1 AND 500),
    usable_without_speaking text NOT NULL CONSTRAINT contact_channel_usable_without_speaking_check CHECK (usable_without_speaking IN ('YES', 'NO', 'UNKNOWN')),
    free_of_charge          text NOT NULL CONSTRAINT contact_channel_free_of_charge_check CHECK (free_of_charge IN ('YES', 'NO', 'UNKNOWN')),
    CONSTRAINT contact_channel_position_key UNIQUE (office_id, position) DEFERRABLE INITIALLY DEFERRED
);
