-- How to get into a venue, in words for residents: steps, hearing loop, toilet. Empty where nobody noted it, and so in
-- every row from before. An older version that still loads writes rows without it.

ALTER TABLE surgery ADD COLUMN venue_access text NOT NULL DEFAULT '';
ALTER TABLE surgery_change ADD COLUMN venue_access text NOT NULL DEFAULT '';
