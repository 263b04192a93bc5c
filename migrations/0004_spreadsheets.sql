-- Spreadsheets that were applied, and what they changed, so that it can be undone.

create table spreadsheets (
    id      uuid primary key,
    rows    text        not null check (rows in ('items', 'canvases')),
    report  json        not null, -- what became of each row
    applied timestamptz not null default now(),
    undone  timestamptz
);

create table spreadsheet_changes (
    spreadsheet_id uuid    not null references spreadsheets on delete cascade,
    number         bigint  not null generated always as identity,
    item_id        text collate "C" not null,
    canvas_id      text collate "C", -- null: of the item itself
    before         json,             -- null: it was not there
    revision       bigint,           -- of the item when the spreadsheet had been applied
    primary key (spreadsheet_id, number)
);
