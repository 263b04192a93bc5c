//! Canvases that move to another item, with what belongs to them. Their old addresses lead to the new ones for ever.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::PgTransaction;
use sqlx::types::Json;

use super::items::{images_of, publishable, stored};
use super::reading_order::in_order;
use super::{Catalog, CatalogError, Item, ItemContent, Precondition, Status, Told, minted};
use crate::iiif::presentation::parting::{Page, Part, Parted, Resource, Whole, names, names_in};
use crate::iiif::presentation::{Descriptive, Fault, ranges};

/// An item to be made of a run of another one's canvases.
#[derive(Clone, Debug)]
pub struct NewPart {
    /// Chosen by the writer, or else minted.
    pub id: Option<String>,
    /// That of the item which is split, if not given.
    pub status: Option<Status>,
    pub descriptive: Descriptive,
    /// The first canvas.
    pub from: String,
    /// The last canvas.
    pub to: String,
}

/// What became of items.
#[derive(Clone, Debug)]
pub struct Transferred {
    /// The item that was asked about first, then the others.
    pub items: Vec<Item>,
    /// What could not stay as it was.
    pub told: Vec<String>,
}

impl Catalog {
    /// Makes items of runs of canvases of an item, all or nothing. What is said of rights, provider and reading direction is said of
    /// them too, unless they say it themselves.
    pub async fn split_item(&self, item: &str, new: &[NewPart], precondition: &Precondition) -> Result<Transferred, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        refuse_kept_names(&mut transaction, item, "").await?;
        let (status, descriptive) = said(&mut transaction, item).await?;
        let runs = runs(&in_order(&mut *transaction, item).await?, new)?;
        let images = images_of(&mut transaction, item).await?;
        let mut parted = whole(&mut transaction, item).await?.part(&runs).map_err(torn)?;
        let mut ids = vec![item.to_owned()];
        for (place, (new, part)) in new.iter().zip(&mut parted.parts).enumerate() {
            let id = new.id.clone().unwrap_or_else(minted);
            let mut descriptive = inherited(&descriptive, &new.descriptive);
            if let Some(start) = part.start.take() {
                descriptive.rest.entry("start").or_insert(start);
            }
            let content = ItemContent { status: new.status.unwrap_or(status), descriptive, canvases: None };
            self.insert_item(&mut transaction, &id, &content).await.map_err(|error| at(error, &format!("/items/{place}/id")))?;
            transfer(&mut transaction, item, &id, part).await?;
            if !part.ranges.is_empty() {
                self.store_structures(&mut transaction, &id, &HashSet::new(), &part.ranges).await?;
            }
            ids.push(id);
        }
        self.leave(&mut transaction, item, &parted).await?;
        let told = parted.told;
        Ok(Transferred { items: self.finish_items(transaction, ids, images).await?, told })
    }

    /// Moves all canvases of other items to the end of an item, in the order of `others`. Those stay as drafts without canvases.
    pub async fn merge_items(&self, item: &str, others: &[String], precondition: &Precondition) -> Result<Transferred, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        lock_all(&mut transaction, item, others).await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        self.mergeable(&mut transaction, item, others).await?;
        let (mut images, mut told) = (images_of(&mut transaction, item).await?, Vec::new());
        let mut tree = tree(&mut transaction, item).await?;
        let before = ranges::ids(&tree);
        for (place, other) in others.iter().enumerate() {
            images.extend(images_of(&mut transaction, other).await?);
            let whole = whole(&mut transaction, other).await?;
            let canvases = whole.canvases.iter().map(|canvas| canvas.id.clone()).collect();
            let mut parted = whole.part(&[canvases]).map_err(|all| torn(all.into_iter().map(|(_, text)| (place, text)).collect()))?;
            let mut part = std::mem::take(&mut parted.parts[0]);
            clashes(&mut transaction, item, other, &part, &tree).await.map_err(|error| at(error, &format!("/items/{place}")))?;
            transfer(&mut transaction, other, item, &part).await?;
            self.leave(&mut transaction, other, &parted).await?;
            follow(&mut transaction, other, item).await?;
            tree.append(&mut part.ranges);
            told.append(&mut parted.told);
            told.extend(part.start.map(|_| format!("the item \"{other}\" has no start any more")));
        }
        if ranges::ids(&tree) != before {
            self.store_structures(&mut transaction, item, &before, &tree).await?;
        }
        let ids = std::iter::once(item.to_owned()).chain(others.iter().cloned()).collect();
        Ok(Transferred { items: self.finish_items(transaction, ids, images).await?, told })
    }

    /// The item that something of an item moved to.
    pub async fn moved_to(&self, kind: &'static str, item: &str, id: &str) -> Result<Option<String>, CatalogError> {
        let statement = "select to_item from moved where kind = $1 and item_id = $2 and id = $3";
        Ok(sqlx::query_scalar(statement).bind(kind).bind(item).bind(id).fetch_optional(&self.pool).await?)
    }

    /// Everything that keeps items from being merged: they are not there, or there twice, or keep the names of their source.
    async fn mergeable(&self, transaction: &mut PgTransaction<'_>, item: &str, others: &[String]) -> Result<(), CatalogError> {
        let mut told = Vec::new();
        let mut seen = HashSet::from([item]);
        let there: Vec<String> =
            sqlx::query_scalar("select id from items where id = any($1)").bind(others).fetch_all(&mut **transaction).await?;
        for (place, other) in others.iter().enumerate() {
            let detail = match () {
                () if other == item => "an item is not merged into itself".to_owned(),
                () if !seen.insert(other) => format!("the item \"{other}\" is in the list twice"),
                () if !there.contains(other) => format!("there is no item \"{other}\""),
                () => continue,
            };
            told.push(Fault { pointer: format!("/items/{place}"), detail });
        }
        if !told.is_empty() {
            return Err(CatalogError::Faults(told));
        }
        refuse_kept_names(transaction, item, "").await?;
        for (place, other) in others.iter().enumerate() {
            refuse_kept_names(transaction, other, &format!("/items/{place}")).await?;
        }
        Ok(())
    }

    /// Leaves an item as what stays of it, which may be no canvas: then it is a draft.
    async fn leave(&self, transaction: &mut PgTransaction<'_>, item: &str, parted: &Parted) -> Result<(), CatalogError> {
        let statement = "update canvases c set position = n.place - 1 \
             from (select id, row_number() over (order by position) as place from canvases where item_id = $1) n \
             where c.item_id = $1 and c.id = n.id and c.position <> n.place - 1";
        sqlx::query(statement).bind(item).execute(&mut **transaction).await?;
        if tree(transaction, item).await? != parted.ranges {
            // Ranges that moved are known to be elsewhere already.
            let known = ranges::ids(&parted.ranges);
            self.store_structures(transaction, item, &known, &parted.ranges).await?;
        }
        let (_, mut descriptive) = said(transaction, item).await?;
        if !parted.starts && descriptive.rest.shift_remove("start").is_some() {
            let statement = "update items set descriptive = $2::json where id = $1";
            sqlx::query(statement).bind(item).bind(stored(&descriptive)).execute(&mut **transaction).await?;
        }
        if parted.left == 0 {
            sqlx::query("update items set status = 'draft' where id = $1").bind(item).execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Counts the change in every item, commits, and gives them as they are then.
    async fn finish_items(
        &self,
        mut transaction: PgTransaction<'_>,
        ids: Vec<String>,
        images: Vec<String>,
    ) -> Result<Vec<Item>, CatalogError> {
        let statement = "update items set revision = revision + 1, modified = now() where id = any($1)";
        sqlx::query(statement).bind(&ids).execute(&mut *transaction).await?;
        let mut items: Vec<Item> = sqlx::query_as(select_items!("id = any($1)")).bind(&ids).fetch_all(&mut *transaction).await?;
        items.sort_by_key(|item| ids.iter().position(|id| *id == item.id));
        items.iter().try_for_each(publishable)?;
        transaction.commit().await?;
        ids.iter().for_each(|id| self.changes.tell(&Told::Item(id)));
        self.forget_images(images.iter().map(String::as_str)).await;
        Ok(items)
    }
}

/// The canvases of each new item, none of them in two.
fn runs(order: &[String], new: &[NewPart]) -> Result<Vec<Vec<String>>, CatalogError> {
    let (mut told, mut runs, mut taken) = (Vec::new(), Vec::new(), HashSet::new());
    for (place, new) in new.iter().enumerate() {
        let mut fault = |name: &str, detail: String| told.push(Fault { pointer: format!("/items/{place}/{name}"), detail });
        let mut find = |id: &String, name: &str| {
            let found = order.iter().position(|known| known == id);
            if found.is_none() {
                fault(name, format!("the item has no canvas \"{id}\""));
            }
            found
        };
        let (Some(from), Some(to)) = (find(&new.from, "from"), find(&new.to, "to")) else { continue };
        if from > to {
            fault("to", "this canvas comes before the first one of the run".to_owned());
            continue;
        }
        if let Some(twice) = order[from..=to].iter().find(|id| !taken.insert(*id)) {
            fault("from", format!("the canvas \"{twice}\" is in another run already"));
        }
        runs.push(order[from..=to].to_vec());
    }
    if told.is_empty() { Ok(runs) } else { Err(CatalogError::Faults(told)) }
}

/// What a part of an item says of itself, and what the item says of all its parts.
fn inherited(whole: &Descriptive, own: &Descriptive) -> Descriptive {
    let mut said = own.clone();
    said.rights = said.rights.or_else(|| whole.rights.clone());
    said.required_statement = said.required_statement.or_else(|| whole.required_statement.clone());
    said.viewing_direction = said.viewing_direction.or(whole.viewing_direction);
    if said.provider.is_empty() {
        said.provider.clone_from(&whole.provider);
    }
    if said.behavior.is_empty() {
        said.behavior.clone_from(&whole.behavior);
    }
    said
}

async fn said(transaction: &mut PgTransaction<'_>, item: &str) -> Result<(Status, Descriptive), CatalogError> {
    let item: Item = sqlx::query_as(select_items!("id = $1")).bind(item).fetch_one(&mut **transaction).await?;
    Ok((item.status, item.descriptive))
}

async fn tree(transaction: &mut PgTransaction<'_>, item: &str) -> Result<Vec<Value>, CatalogError> {
    let statement = "select ranges from structures where item_id = $1";
    let found: Option<Json<Vec<Value>>> = sqlx::query_scalar(statement).bind(item).fetch_optional(&mut **transaction).await?;
    Ok(found.map(|tree| tree.0).unwrap_or_default())
}

/// What of an item refers to what.
async fn whole(transaction: &mut PgTransaction<'_>, item: &str) -> Result<Whole, CatalogError> {
    let (_, descriptive) = said(transaction, item).await?;
    let statement = "select id, json_build_array(descriptive, painting) from canvases where item_id = $1 order by position";
    let canvases: Vec<(String, Json<Value>)> = sqlx::query_as(statement).bind(item).fetch_all(&mut **transaction).await?;
    let statement = "select id, canvas_id, json_build_array(properties, annotations) from annotation_pages where item_id = $1";
    let pages: Vec<(String, Option<String>, Json<Value>)> = sqlx::query_as(statement).bind(item).fetch_all(&mut **transaction).await?;
    let resource = |id: String, said: &Value| Resource { id, names: names(said) };
    Ok(Whole {
        start: descriptive.rest.get("start").cloned(),
        names: names_in(&descriptive.rest, "start"),
        canvases: canvases.into_iter().map(|(id, said)| resource(id, &said.0)).collect(),
        ranges: tree(transaction, item).await?,
        pages: pages.into_iter().map(|(id, canvas, said)| Page { resource: resource(id, &said.0), canvas }).collect(),
    })
}

/// Locks items, always in the same order.
async fn lock_all(transaction: &mut PgTransaction<'_>, item: &str, others: &[String]) -> Result<(), CatalogError> {
    sqlx::query("select 1 from items where id = $1 or id = any($2) order by id for update")
        .bind(item)
        .bind(others)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Documents that keep the names of their source name every canvas as that does: in another item it would have another name.
async fn refuse_kept_names(transaction: &mut PgTransaction<'_>, item: &str, pointer: &str) -> Result<(), CatalogError> {
    let statement = "select exists (select 1 from sources where item_id = $1 and ids_kept)";
    if sqlx::query_scalar(statement).bind(item).fetch_one(&mut **transaction).await? {
        let detail = format!(
            "the documents of the item \"{item}\" name its canvases as the document does that it was imported from, which they could not \
             do in another item: import it again with names of ours first"
        );
        return Err(CatalogError::Faults(vec![Fault { pointer: pointer.to_owned(), detail }]));
    }
    Ok(())
}

/// Everything of a part whose identifier another item, with these Ranges, has in use or had itself.
async fn clashes(transaction: &mut PgTransaction<'_>, item: &str, from: &str, part: &Part, tree: &[Value]) -> Result<(), CatalogError> {
    // What moved from `item` before comes home.
    let statement = "with wanted (kind, id) as (select 'canvas', unnest($3::text[]) union all select 'range', unnest($4::text[]) \
             union all select 'annotation page', unnest($5::text[])), \
         taken (kind, id) as (select 'canvas', id from canvases where item_id = $1 \
             union select 'annotation page', id from annotation_pages where item_id = $1 union select 'range', unnest($6::text[]) \
             union select kind, id from gone g where g.item_id = $1 and not exists (select 1 from moved m \
                 where m.kind = g.kind and m.item_id = g.item_id and m.id = g.id and m.to_item = $2)) \
         select kind, id from wanted w where exists (select 1 from taken t where t.kind = w.kind and t.id = w.id collate \"C\") order by 1, 2";
    let ranges: Vec<String> = ranges::ids(&part.ranges).into_iter().collect();
    let there: Vec<String> = ranges::ids(tree).into_iter().collect();
    let pages = [part.item_pages.as_slice(), &part.canvas_pages].concat();
    let query = sqlx::query_as(statement).bind(item).bind(from).bind(&part.canvases).bind(&ranges).bind(&pages).bind(&there);
    let found: Vec<(String, String)> = query.fetch_all(&mut **transaction).await?;
    let told = |(kind, id): (String, String)| format!("the {kind} \"{id}\" of \"{from}\" has an id that is, or was, in use in \"{item}\"");
    if found.is_empty() { Ok(()) } else { Err(faults("", found.into_iter().map(told).collect())) }
}

/// Has the addresses of things below one item lead to another; those that come home have their own again.
async fn readdress(transaction: &mut PgTransaction<'_>, kind: &str, ids: &[String], from: &str, to: &str) -> Result<(), CatalogError> {
    let statements = [
        "delete from gone where kind = $1 and item_id = $4 and id = any($2) and $3 <> $4",
        "delete from moved where kind = $1 and item_id = $4 and id = any($2) and $3 <> $4",
        "update moved set to_item = $4 where kind = $1 and to_item = $3 and id = any($2)",
        "insert into gone (kind, item_id, id) select $1, $3, unnest($2::text[]) where $3 <> $4",
        "insert into moved (kind, item_id, id, to_item) select $1, $3, unnest($2::text[]), $4",
    ];
    for statement in statements {
        sqlx::query(statement).bind(kind).bind(ids).bind(from).bind(to).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Moves a part to the end of another item, but for its Ranges, whose addresses lead there already.
async fn transfer(transaction: &mut PgTransaction<'_>, from: &str, to: &str, part: &Part) -> Result<(), CatalogError> {
    let range_ids: Vec<String> = ranges::ids(&part.ranges).into_iter().collect();
    let pages = [part.item_pages.as_slice(), &part.canvas_pages].concat();
    for (kind, ids) in [("canvas", &part.canvases), ("range", &range_ids), ("annotation page", &pages)] {
        readdress(transaction, kind, ids, from, to).await?;
    }
    // What is of the canvases follows them by its foreign key.
    let statement = "update canvases c set item_id = $2, position = n.place - 1 + \
         (select coalesce(max(position) + 1, 0) from canvases where item_id = $2) \
         from unnest($3::text[]) with ordinality as n (id, place) where c.item_id = $1 and c.id = n.id";
    sqlx::query(statement).bind(from).bind(to).bind(&part.canvases).execute(&mut **transaction).await?;
    sqlx::query("update annotation_pages set item_id = $2 where item_id = $1 and id = any($3)")
        .bind(from)
        .bind(to)
        .bind(&part.item_pages)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Has the manifest of an item, and of those that were merged into it before, lead to that of its heir, which is a place of its own.
async fn follow(transaction: &mut PgTransaction<'_>, item: &str, heir: &str) -> Result<(), CatalogError> {
    let statements = [
        "delete from moved where kind = 'item' and item_id = $2 and $1 <> $2",
        "update moved set to_item = $2 where kind = 'item' and to_item = $1",
        "insert into moved (kind, item_id, id, to_item) values ('item', $1, $1, $2) \
         on conflict (kind, item_id, id) do update set to_item = excluded.to_item, moved = now()",
    ];
    for statement in statements {
        sqlx::query(statement).bind(item).bind(heir).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// What would be torn apart, by the place of the run.
fn torn(all: Vec<(usize, String)>) -> CatalogError {
    CatalogError::Faults(all.into_iter().map(|(place, detail)| Fault { pointer: format!("/items/{place}"), detail }).collect())
}

fn faults(pointer: &str, details: Vec<String>) -> CatalogError {
    CatalogError::Faults(details.into_iter().map(|detail| Fault { pointer: pointer.to_owned(), detail }).collect())
}

/// The fault of the body that an error is: an identifier that cannot be given is one, too.
fn at(error: CatalogError, pointer: &str) -> CatalogError {
    match error {
        CatalogError::Faults(all) => {
            CatalogError::Faults(all.into_iter().map(|one| Fault { pointer: pointer.to_owned(), ..one }).collect())
        }
        CatalogError::Exists(_) | CatalogError::Gone(_) => faults(pointer, vec![error.to_string()]),
        other => other,
    }
}
