-- What people ask, in the words of the domain: names and labels in the place of numbers. {quote} is the span of a
-- statement in its text; a table's name in braces is the condition that a statement of a work is shown once.

CREATE VIEW paper_entities AS
    SELECT p.curie AS paper, p.title, c.type, x.role, c.curie AS concept, c.label, c.label_zh, {quote} AS quote,
        e.name AS entry, x.score, x.sure
    FROM mentions x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.concept
    JOIN entries e ON e.id = x.entry {mentions};
CREATE VIEW paper_topics AS
    SELECT p.curie AS paper, p.title, p.date, p.year, c.curie AS topic, c.label, c.label_zh, {quote} AS quote,
        e.name AS entry, x.score, x.sure
    FROM topics x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.topic
    JOIN entries e ON e.id = x.entry {topics};
CREATE VIEW paper_results AS
    SELECT p.curie AS paper, p.title, coalesce(c.label, x.metric_text) AS metric, x.change, x.bound, x.low, x.high,
        x.unit, x.baseline_text AS baseline, x.setting, x.marks, {quote} AS quote, e.name AS entry, x.score, x.sure
    FROM results x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts c ON c.id = x.metric {results};
CREATE VIEW paper_relations AS
    SELECT p.curie AS paper, p.title, coalesce(h.label, x.head_text) AS head, x.type,
        coalesce(t.label, x.tail_text) AS tail, x.marks, {quote} AS quote, e.name AS entry, x.score, x.sure
    FROM relations x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts h ON h.id = x.head LEFT JOIN concepts t ON t.id = x.tail
    {relations};
CREATE VIEW parts AS
    SELECT e.name AS entry, id.value AS id, coalesce(kind.value, 'paragraph') AS kind, role.value AS role,
        replace(head.value, char(10), ' > ') AS headings, CAST(page.value AS INTEGER) AS page, text.value AS text
    FROM entries e, json_each(e.document, '$.body') AS s, json_each(s.value, '$[2]') AS x,
        json_tree(s.value, '$[0]') AS head, json_tree(s.value, '$[1]') AS role, json_tree(x.value, '$[0]') AS id,
        json_tree(x.value, '$[1]') AS kind, json_tree(x.value, '$[2]') AS page, json_tree(x.value, '$[3]') AS text
    WHERE NOT EXISTS (SELECT 1 FROM entries f, json_each(f.document, '$.body') AS other
        WHERE f.paper = e.paper AND (f.source, f.number, f.name) < (e.source, e.number, e.name));
CREATE VIEW paper_uses AS
    SELECT p.curie AS paper, p.title, x.type, x.name, coalesce(c.curie, '') AS concept, x.use, x.level, x.part,
        x.quote, e.name AS entry, x.score
    FROM uses x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN concepts c ON c.id = x.concept {uses};
CREATE VIEW paper_citations AS
    SELECT p.curie AS paper, p.title, x.type, x.cited, coalesce(q.title, x.title) AS cited_title, x.doi, x.arxiv,
        x.year, x.part, x.quote, e.name AS entry, x.key, x.name, x.score
    FROM citations x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    LEFT JOIN papers q ON q.curie = x.cited {citations};
CREATE VIEW paper_tables AS
    SELECT p.curie AS paper, p.title, x.id AS "table", x.label, x.caption, x.page, x.head_rows, x.head_columns,
        h.dataset, h.metric, h.model, h.hardware, h.settings, e.name AS entry
    FROM tables x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    JOIN headers h ON h.entry = x.entry AND h."table" = x.number AND h.axis = 'caption';
CREATE VIEW paper_cells AS
    SELECT p.curie AS paper, p.title, t.id AS "table", t.label, x."row", x."column", r.path AS row_path,
        c.path AS column_path, x.text, x.value, x.unit, x.bold, x.sound, x.setup,
        coalesce(nullif(r.dataset, ''), c.dataset) AS dataset, coalesce(nullif(c.metric, ''), r.metric) AS metric,
        coalesce(nullif(r.model, ''), c.model) AS model, coalesce(nullif(r.method, ''), c.method) AS method,
        coalesce(nullif(r.hardware, ''), c.hardware) AS hardware, r.settings AS row_settings,
        c.settings AS column_settings, e.name AS entry
    FROM cells x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry
    JOIN tables t ON t.entry = x.entry AND t.number = x."table"
    JOIN headers r ON r.entry = x.entry AND r.number = x.row_header
    JOIN headers c ON c.entry = x.entry AND c.number = x.column_header;
CREATE VIEW paper_authors AS
    SELECT p.curie AS paper, p.title, x.number, x.name AS author, e.name AS entry
    FROM authors x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW paper_texts AS
    SELECT p.curie AS paper, p.title, x.field, x.raw, e.name AS entry
    FROM texts x JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry;
CREATE VIEW entity_counts AS
    SELECT c.type, c.curie AS concept, c.label, c.label_zh, n.papers
    FROM counts n JOIN concepts c ON c.id = n.concept WHERE n.role = '';
CREATE VIEW topic_counts AS
    SELECT concept AS topic, label, label_zh, papers FROM entity_counts WHERE type = 'topic';
CREATE VIEW topics_by_month AS
    SELECT substr(p.appeared, 1, 7) AS month, c.curie AS topic, c.label, count(DISTINCT x.paper) AS papers
    FROM topics x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.topic
    WHERE length(p.appeared) >= 7 GROUP BY month, c.id;
