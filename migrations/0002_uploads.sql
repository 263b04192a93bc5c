-- Uploads: bytes on their way in. They lie in the storage, in parts; what is there and in which order is told here.

create table uploads (
    id         uuid primary key,
    length     bigint      not null check (length >= 0), -- of the whole, as announced
    received   bigint      not null default 0 check (received between 0 and length), -- the parts together
    parts      integer     not null default 0,
    metadata   text        not null, -- as it was sent, for those who ask for it again
    name       text,       -- of the file, where the client had it
    kind       text,       -- media type, as the client believes
    sha256     bytea       check (octet_length(sha256) = 32), -- of the whole, if it was announced
    direct     uuid,       -- the one object that the client itself puts into the storage
    holder     uuid,       -- who is appending or clearing away
    held_until timestamptz,
    expires    timestamptz not null,
    ended      timestamptz, -- its bytes are gone; the row answers for a while that they were there
    created    timestamptz not null default now(),
    check ((holder is null) = (held_until is null))
);
create index uploads_expires on uploads (expires) where ended is null;
create index uploads_ended on uploads (ended) where ended is not null;

create table upload_parts (
    upload_id uuid   not null references uploads on delete cascade,
    start     bigint not null check (start >= 0), -- place of its first byte in the whole
    length    bigint not null check (length > 0),
    object    uuid   not null, -- names it in the storage
    version   text   not null, -- of the object's bytes, as the storage tells versions apart
    primary key (upload_id, start)
);
