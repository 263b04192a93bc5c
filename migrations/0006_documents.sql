-- Manifests as they are sent, so that no replica writes anew what another has written. What is here is only ever given if it was
-- written from the present state: by the stamp it says which.
create table documents (
    item_id    text collate "C" not null references items on delete cascade,
    version    smallint not null, -- of the Presentation API
    maker      text     not null, -- program and settings that wrote it
    stamp      text     not null, -- state of the catalogue that it was written from
    packed     bytea    not null, -- gzip
    losses     text     not null, -- kinds of what the version has no words for
    extensions text[]   not null, -- contexts of extensions that it could name
    primary key (item_id, version)
);
alter table documents alter column packed set storage external;

-- What an image says of its size stands in the documents of the items that show it.
alter table items add column rendering bigint not null default 0;

create function tell_items_of_image() returns trigger language plpgsql as $$
begin
    update items set rendering = rendering + 1
        where id in (select item_id from canvases where image_id = new.id union select item_id from canvas_images where image_id = new.id);
    return null;
end $$;
drop trigger images_tell_documents on images;
create trigger images_tell_documents after update of width, height, tile_size on images for each row
    when ((old.width, old.height, old.tile_size) is distinct from (new.width, new.height, new.tile_size))
    execute function tell_items_of_image();

-- Everything that a manifest is written from, in a word: the item with all its parts, its images, the collections that it is part of.
create function document_stamp(item items) returns text language sql stable as $$
    select item.revision || ' ' || item.rendering || ' ' || md5(coalesce(string_agg(c.id || ' ' || (c.descriptive -> 'label'), ' ' order by c.id), ''))
    from collection_members m join collections c on c.id = m.collection_id
    where m.item_id = item.id and c.status = 'published'
$$;
