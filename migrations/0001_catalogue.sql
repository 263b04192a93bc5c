-- The catalogue. Identifiers compare byte by byte, so that paging by identifier means the same everywhere.

create table images (
    id             text collate "C" primary key,
    storage_key    text collate "C" not null,
    uploaded       boolean     not null, -- the bytes are ours: they go when the image goes
    object_version text        not null, -- of the master's bytes, as the storage tells versions apart
    object_size    bigint      not null, -- of the master
    pyramid_key    text collate "C", -- of the pyramid that was made of the master and is ours; null where the master is served itself
    pyramid_version text,            -- of the pyramid's bytes
    report         json        not null, -- what the master was found to be
    width          integer     not null check (width > 0),
    height         integer     not null check (height > 0),
    tile_size      integer     not null check (tile_size > 0), -- edge of the tiles that info.json offers
    tile_index     bytea       not null, -- where every tile lies, as `pyramid` writes it
    public         boolean     not null,
    revision       bigint      not null default 1,
    created        timestamptz not null default now(),
    modified       timestamptz not null default now(),
    check ((pyramid_key is null) = (pyramid_version is null))
);
create index images_storage_key on images (storage_key);
create index images_pyramid_key on images (pyramid_key);

create table items (
    id          text collate "C" primary key,
    status      text        not null check (status in ('draft', 'published')),
    descriptive json        not null, -- IIIF Presentation 3.0 properties; json keeps their order
    label_text  text        not null, -- every label value, for searching
    revision    bigint      not null default 1, -- also counts changes of the canvases
    created     timestamptz not null default now(),
    modified    timestamptz not null default now()
);
create index items_published on items (id) where status = 'published';
create index items_modified on items (modified);

create table canvases (
    item_id     text collate "C" not null references items on delete cascade,
    id          text collate "C" not null,
    position    integer     not null check (position >= 0),
    width       integer     check (width > 0),
    height      integer     check (height > 0),
    duration    double precision check (duration > 0), -- seconds
    descriptive json        not null,
    image_id    text collate "C" references images on delete restrict, -- the one image over the whole of it
    painting    json,       -- instead of that: a list of Annotation Pages, in the stored form of `iiif::presentation::parts`
    revision    bigint      not null default 1,
    created     timestamptz not null default now(),
    modified    timestamptz not null default now(),
    primary key (item_id, id),
    unique (item_id, position) deferrable initially deferred,
    check ((width is null) = (height is null)),
    check (image_id is null or painting is null)
);
create index canvases_image on canvases (image_id);

-- Images of ours within `painting`, or wherever else a canvas names them.
create table canvas_images (
    item_id   text collate "C" not null,
    canvas_id text collate "C" not null,
    image_id  text collate "C" not null references images on delete restrict,
    primary key (item_id, canvas_id, image_id),
    foreign key (item_id, canvas_id) references canvases on delete cascade
);
create index canvas_images_image on canvas_images (image_id);

-- The Ranges of an item, one tree: edited as a whole or in parts, always consistent in itself.
create table structures (
    item_id  text collate "C" primary key references items on delete cascade,
    ranges   json        not null, -- a list of Ranges, in the stored form
    revision bigint      not null default 1,
    modified timestamptz not null default now()
);

-- Annotation Pages that do not paint, of a canvas or of the item itself; or references to such pages elsewhere.
create table annotation_pages (
    item_id     text collate "C" not null references items on delete cascade,
    id          text collate "C" not null,
    canvas_id   text collate "C",        -- null: of the item
    position    integer     not null,    -- among those of the same resource
    embedded    boolean     not null,    -- shown within the manifest, or named there and read apart
    elsewhere   text,                    -- URI of a page that is not ours
    properties  json        not null,    -- what the page says of itself
    annotations json        not null,    -- a list of Annotations, in the stored form
    revision    bigint      not null default 1,
    created     timestamptz not null default now(),
    modified    timestamptz not null default now(),
    primary key (item_id, id),
    foreign key (item_id, canvas_id) references canvases on delete cascade
);
create index annotation_pages_of on annotation_pages (item_id, canvas_id, position);

-- What an item was imported from.
create table sources (
    item_id   text collate "C" primary key references items on delete cascade,
    uri       text        not null unique, -- id of the document as it says itself
    ids_kept  boolean     not null,        -- its documents name everything as the source did
    document  bytea       not null,        -- as it came, gzip
    report    json        not null,        -- what was changed on the way in
    imported  timestamptz not null default now()
);
-- By which names the source knows what is ours: canvases/p1, ranges/r1, ...
create table source_ids (
    item_id text collate "C" not null references sources on delete cascade,
    part    text collate "C" not null,
    uri     text not null,
    primary key (item_id, part)
);

-- Collections that somebody made. What they hold is in the table after this.
create table collections (
    id          text collate "C" primary key,
    status      text        not null check (status in ('draft', 'published')),
    descriptive json        not null, -- IIIF Presentation 3.0 properties
    label_text  text        not null, -- every label value, for searching
    revision    bigint      not null default 1, -- also counts changes of the members
    created     timestamptz not null default now(),
    modified    timestamptz not null default now()
);
create index collections_published on collections (id) where status = 'published';

-- What a collection holds, in order. Positions are dense from 0, so that a page of members is a range of positions, and the last
-- position tells how many there are.
create table collection_members (
    id            uuid primary key, -- stays when the member is moved
    collection_id text collate "C" not null references collections on delete cascade,
    position      integer not null check (position >= 0),
    item_id       text collate "C" references items on delete cascade,
    member_id     text collate "C" references collections on delete cascade,
    elsewhere     json, -- a Manifest or Collection that is not ours, as it came
    unique (collection_id, position) deferrable initially deferred,
    check (num_nonnulls(item_id, member_id, elsewhere) = 1),
    check (member_id <> collection_id)
);
-- Once in one collection at most.
create unique index collection_members_item on collection_members (item_id, collection_id) where item_id is not null;
create unique index collection_members_member on collection_members (member_id, collection_id) where member_id is not null;

-- However a member goes, with its item too: those behind it close up, and the collection has changed.
create function close_up_members() returns trigger language plpgsql as $$
begin
    update collections set revision = revision + 1, modified = now() where id in (select collection_id from taken);
    update collection_members m set position = n.place
        from (select s.id, t.least + row_number() over (partition by s.collection_id order by s.position) - 1 as place
              from (select collection_id, min(position) as least from taken group by collection_id) t
              join collection_members s on s.collection_id = t.collection_id and s.position > t.least) n
        where m.id = n.id and m.position <> n.place;
    return null;
end $$;
create trigger collection_members_close_up after delete on collection_members
    referencing old table as taken for each statement execute function close_up_members();

-- Whoever deletes what collections hold waits for those who edit the collections, always in the same order.
create function lock_holders_of_item() returns trigger language plpgsql as $$
begin
    perform from collections where id in (select collection_id from collection_members where item_id = old.id)
        order by id for no key update;
    return old;
end $$;
create function lock_holders_of_collection() returns trigger language plpgsql as $$
begin
    perform from collections where id in (select collection_id from collection_members where member_id = old.id)
        order by id for no key update;
    return old;
end $$;
create trigger items_lock_holders before delete on items for each row execute function lock_holders_of_item();
create trigger collections_lock_holders before delete on collections for each row execute function lock_holders_of_collection();

-- Identifiers that were deleted: they answer 410 and are never given out again.
create table gone (
    kind    text not null check (kind in ('item', 'canvas', 'image', 'range', 'annotation page', 'collection')),
    item_id text collate "C" not null default '', -- of what is part of an item
    id      text collate "C" not null,
    deleted timestamptz not null default now(),
    primary key (kind, item_id, id)
);

create table api_keys (
    id      uuid primary key,
    name    text        not null,
    hash    bytea       not null unique, -- SHA-256 of the key; the key itself is never stored
    created timestamptz not null default now(),
    revoked timestamptz
);

-- Every replica keeps image descriptors in memory. Whatever may change one is told here, when the change commits: by the image's
-- identifier, and by its storage key, which is how somebody finds its master who looks for it as an unregistered file.
create function tell_image(image text) returns void language plpgsql as $$
begin
    perform pg_notify('triptych_images', image);
    perform pg_notify('triptych_images', storage_key) from images where id = image collate "C";
end $$;

create function tell_images() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform pg_notify('triptych_images', old.id);
        perform pg_notify('triptych_images', old.storage_key);
    end if;
    if tg_op <> 'DELETE' then
        perform pg_notify('triptych_images', new.id);
        perform pg_notify('triptych_images', new.storage_key);
    end if;
    return null;
end $$;
create trigger images_tell after insert or update or delete on images for each row execute function tell_images();

create function tell_canvases() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.image_id is not null then perform tell_image(old.image_id); end if;
    if tg_op <> 'DELETE' and new.image_id is not null then perform tell_image(new.image_id); end if;
    return null;
end $$;
create trigger canvases_tell after insert or delete or update of image_id on canvases for each row execute function tell_canvases();

create function tell_canvas_images() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform tell_image(old.image_id); end if;
    if tg_op <> 'DELETE' then perform tell_image(new.image_id); end if;
    return null;
end $$;
create trigger canvas_images_tell after insert or delete or update on canvas_images for each row execute function tell_canvas_images();

create function tell_items() returns trigger language plpgsql as $$
begin
    perform tell_image(image_id) from canvases where item_id = new.id and image_id is not null;
    perform tell_image(image_id) from canvas_images where item_id = new.id;
    return null;
end $$;
create trigger items_tell after update of status on items for each row execute function tell_items();

-- What a collection was imported from.
create table collection_sources (
    collection_id text collate "C" primary key references collections on delete cascade,
    uri           text        not null unique,
    document      bytea       not null, -- as it came, gzip
    report        json        not null,
    imported      timestamptz not null default now()
);

-- Every replica keeps rendered documents in memory, too. Whatever may change one is told: the item, or an asterisk for all of them.
create function tell_documents() returns trigger language plpgsql as $$
begin
    perform pg_notify('triptych_items', case tg_op when 'DELETE' then old.id else new.id end);
    return null;
end $$;
create trigger items_tell_documents after insert or update or delete on items for each row execute function tell_documents();

create function tell_all_documents() returns trigger language plpgsql as $$
begin
    perform pg_notify('triptych_items', '*');
    return null;
end $$;
create trigger images_tell_documents after update of width, height, tile_size on images for each statement execute function tell_all_documents();
create trigger collections_tell_documents after insert or update or delete on collections for each statement execute function tell_all_documents();
