-- The same, and then something that no server takes.
ALTER TABLE @entries ADD COLUMN region text COLLATE "C";
ALTER TABLE @nowhere ADD COLUMN region text;
