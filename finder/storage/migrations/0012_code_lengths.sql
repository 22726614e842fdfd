-- A code's length counted in bytes and not in characters, which need decoding: of the 2.4 s that PostgreSQL takes for the
-- postcodes of the whole country, a tenth. GSS codes are ASCII, so this refuses no code that was taken before.

ALTER TABLE postcode
    DROP CONSTRAINT postcode_district_check,
    DROP CONSTRAINT postcode_ward_check,
    ADD CONSTRAINT postcode_district_check CHECK (octet_length(district) = 9 OR district = ''),
    ADD CONSTRAINT postcode_ward_check CHECK (octet_length(ward) = 9 OR ward = '');
