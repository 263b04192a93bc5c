-- Work on pages: canvases that the public does not see, names of source files, and canvases that moved to another item.

alter table canvases add column hidden boolean not null default false;
create index canvases_hidden on canvases (item_id) where hidden;

-- What the master was called where it came from; null where it lies under its own name.
alter table images add column file_name text;

-- A canvas that moves to another item takes along what is of it.
alter table canvas_images drop constraint canvas_images_item_id_canvas_id_fkey,
    add foreign key (item_id, canvas_id) references canvases on delete cascade on update cascade;
alter table annotation_pages drop constraint annotation_pages_item_id_canvas_id_fkey,
    add foreign key (item_id, canvas_id) references canvases on delete cascade on update cascade;

-- Where things of an item are now that were moved to another one: their old addresses lead there. Each is in `gone`, too, so that its
-- identifier is not given out again. An item that was merged into another one has its own row.
create table moved (
    kind    text not null check (kind in ('item', 'canvas', 'range', 'annotation page')),
    item_id text collate "C" not null, -- the item itself, or that which the thing was part of
    id      text collate "C" not null, -- the same as item_id for an item
    to_item text collate "C" not null references items on delete cascade,
    moved   timestamptz not null default now(),
    primary key (kind, item_id, id)
);
create index moved_to on moved (to_item, kind, id);

-- Whether an image is seen depends on whether its canvas is hidden, and of which item it is.
create or replace function tell_canvases() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.image_id is not null then perform tell_image(old.image_id); end if;
    if tg_op <> 'DELETE' and new.image_id is not null then perform tell_image(new.image_id); end if;
    if tg_op = 'UPDATE' and old.hidden <> new.hidden then
        perform tell_image(image_id) from canvas_images where item_id = new.item_id and canvas_id = new.id;
    end if;
    return null;
end $$;
drop trigger canvases_tell on canvases;
create trigger canvases_tell after insert or delete or update of image_id, hidden, item_id on canvases
    for each row execute function tell_canvases();
