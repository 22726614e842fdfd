-- Frees the disk space that pruned postcodes still take, except in tables that are in use.
SELECT give_room_back()
