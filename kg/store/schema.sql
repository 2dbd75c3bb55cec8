-- Sources, entries and decisions are the truth. `keys`, `claims`, `organisations`, `changes` and `states` are kept
-- beside these.

CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (
    name TEXT PRIMARY KEY,
    said TEXT NOT NULL,               -- the source as JSON: file, form, date, hash, what gives it back byte for byte
    whole TEXT NOT NULL DEFAULT ''    -- how its entries were read, where all that the file holds is stored
) WITHOUT ROWID;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,        -- "002-22"
    source TEXT NOT NULL,
    local TEXT NOT NULL,              -- what the source itself calls it
    number INTEGER NOT NULL,          -- its place in the source, from 1
    paper TEXT NOT NULL,              -- the work that it describes: "paper:2510.12345"
    document TEXT NOT NULL,           -- what was read, as JSON: raw texts, authors, ids
    record TEXT NOT NULL,             -- what it says, as JSON: mentions, results, relations, topics, linked
    way TEXT NOT NULL,                -- how it was read: "full", "fast", or the annotation that was taken over
    fingerprint TEXT NOT NULL         -- a hash of all that it was made from; '' where it is to be read again
);
CREATE UNIQUE INDEX entries_in_order ON entries (source, number, name);
CREATE INDEX entries_by_local ON entries (local);
CREATE INDEX entries_by_paper ON entries (paper);
CREATE TABLE keys (                   -- under which entries of one work are found
    key TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (key, entry)
) WITHOUT ROWID;
CREATE INDEX keys_by_entry ON keys (entry);
CREATE TABLE claims (                 -- names of techniques that entries coin or mention
    concept TEXT NOT NULL,            -- "technique:dart", whoever's it is
    own INTEGER NOT NULL,             -- 1 where the entry coins or expands the name, 0 where it mentions it
    entry INTEGER NOT NULL,
    words TEXT NOT NULL,              -- what the entry expands the name to, folded
    means TEXT NOT NULL,              -- the concepts that the entry means by it, separated by blanks
    topics TEXT NOT NULL,             -- of the entry, by which a mention is told to be one's or another's
    PRIMARY KEY (concept, own, entry)
) WITHOUT ROWID;
CREATE INDEX claims_by_entry ON claims (entry);
CREATE TABLE organisations (          -- what the register says of institutions that entries name
    id TEXT PRIMARY KEY,              -- "ror:03cve4549"
    said TEXT NOT NULL                -- labels by language, other labels, country, as JSON
) WITHOUT ROWID;
CREATE TABLE changes (                -- when each entry and source was last written or taken out
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    graph TEXT NOT NULL UNIQUE        -- "entry:002-22", "source:002"
);
CREATE TABLE states (                 -- the last change of each batch, and a random mark that no copy of the file has
    number INTEGER PRIMARY KEY,       -- that was written otherwise since
    mark TEXT NOT NULL
);
