-- +goose Up

-- What a site is like. Not known is another answer than no (R8).
ALTER TABLE office_site
    ADD COLUMN accessible_toilet text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_accessible_toilet_check CHECK (accessible_toilet IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN accessible_parking text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_accessible_parking_check CHECK (accessible_parking IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN induction_loop text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_induction_loop_check CHECK (induction_loop IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN sign_language text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_sign_language_check CHECK (sign_language IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN easy_read text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT office_site_easy_read_check CHECK (easy_read IN ('YES', 'NO', 'UNKNOWN')),
    -- BCP 47.
    ADD COLUMN languages text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT office_site_languages_check CHECK (cardinality(languages) <= 30 AND array_position(languages, NULL) IS NULL),
    ADD COLUMN formats text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT office_site_formats_check CHECK (formats <@ ARRAY['IN_PERSON', 'PHONE', 'VIDEO', 'CHAT', 'WRITTEN', 'OUTREACH']),
    -- Degrees, WGS 84.
    ADD COLUMN latitude double precision
        CONSTRAINT office_site_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    ADD COLUMN longitude double precision
        CONSTRAINT office_site_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    ADD CONSTRAINT office_site_point_check CHECK ((latitude IS NULL) = (longitude IS NULL)),
    -- Fails for a name that Postgres does not know.
    ADD COLUMN time_zone text NOT NULL DEFAULT 'Europe/Berlin'
        CONSTRAINT office_site_time_zone_check CHECK (timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL);

CREATE INDEX office_site_point_idx ON office_site (latitude, longitude) WHERE latitude IS NOT NULL;

ALTER TABLE contact_channel
    ADD COLUMN usable_without_hearing text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_usable_without_hearing_check CHECK (usable_without_hearing IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN sign_language text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_sign_language_check CHECK (sign_language IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN anonymous text NOT NULL DEFAULT 'UNKNOWN'
        CONSTRAINT contact_channel_anonymous_check CHECK (anonymous IN ('YES', 'NO', 'UNKNOWN')),
    ADD COLUMN languages text[] COLLATE "C" NOT NULL DEFAULT '{}'
        CONSTRAINT contact_channel_languages_check CHECK (cardinality(languages) <= 30 AND array_position(languages, NULL) IS NULL);

-- Times of day, from 00:00 to 24:00, of the site's own clock.
CREATE TYPE timerange AS RANGE (subtype = time);

CREATE TABLE opening_period (
    site_id    uuid NOT NULL REFERENCES office_site ON DELETE CASCADE,
    weekday    text COLLATE "C" NOT NULL
        CONSTRAINT opening_period_weekday_check CHECK (weekday IN ('MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY')),
    opens      time NOT NULL,
    closes     time NOT NULL,
    -- The half-open period [valid_from, valid_to); null is open.
    valid_from date,
    valid_to   date,
    CONSTRAINT opening_period_closes_check CHECK (opens < closes),
    CONSTRAINT opening_period_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT opening_period_excl EXCLUDE USING gist (
        site_id WITH =, weekday WITH =, timerange(opens, closes) WITH &&, daterange(valid_from, valid_to) WITH &&)
);

CREATE INDEX opening_period_site_idx ON opening_period (site_id);

-- A day with other hours than its week tells; closed when it has none.
CREATE TABLE opening_exception (
    site_id uuid NOT NULL REFERENCES office_site ON DELETE CASCADE,
    day     date NOT NULL,
    reason  text CONSTRAINT opening_exception_reason_check CHECK (length(reason) BETWEEN 1 AND 200),
    PRIMARY KEY (site_id, day)
);

CREATE TABLE opening_exception_hours (
    site_id uuid NOT NULL,
    day     date NOT NULL,
    opens   time NOT NULL,
    closes  time NOT NULL,
    FOREIGN KEY (site_id, day) REFERENCES opening_exception ON DELETE CASCADE,
    CONSTRAINT opening_exception_hours_closes_check CHECK (opens < closes),
    CONSTRAINT opening_exception_hours_excl EXCLUDE USING gist (site_id WITH =, day WITH =, timerange(opens, closes) WITH &&)
);
