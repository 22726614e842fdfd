-- The room that pruned postcodes took, as far as nobody uses their tables
SELECT give_room_back()
