-- A step each of whose statements is short enough, and all of which together are not.
ALTER TABLE @entries ADD COLUMN region text COLLATE "C";
SELECT pg_sleep(1.5);
SELECT pg_sleep(1.5);
SELECT pg_sleep(8);
