-- A master is also known by its storage key: whoever looks at it as an unregistered file must hear when its image is withdrawn.

create or replace function tell_canvases() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.image_id is not null then perform tell_image(old.image_id); end if;
    if tg_op <> 'DELETE' and new.image_id is not null then perform tell_image(new.image_id); end if;
    return null;
end $$;

create or replace function tell_items() returns trigger language plpgsql as $$
begin
    perform tell_image(image_id) from canvases where item_id = new.id and image_id is not null;
    return null;
end $$;

create function tell_image(image text) returns void language plpgsql as $$
begin
    perform pg_notify('triptych_images', image);
    perform pg_notify('triptych_images', storage_key) from images where id = image collate "C";
end $$;

-- A master registered anew elsewhere leaves the old file behind.
create or replace function tell_images() returns trigger language plpgsql as $$
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
