//! What collections hold: items, collections, and what is elsewhere, in an order without gaps.
//!
//! Every change is a fixed number of statements over sets, however long the collection is.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::{Catalog, CatalogError, Page, Precondition, Status, Told, nesting};
use crate::iiif::presentation::{Fault, LanguageMap};

/// SQLSTATE of a row that refers to one that is not there.
const FOREIGN_KEY: &str = "23503";

/// What a member of a collection is.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberTarget {
    /// The item with this identifier.
    Item(String),
    /// The collection with this identifier.
    Collection(String),
    /// A Manifest or Collection that is not ours: the reference as it came, in the form of Presentation 3.0.
    Elsewhere(Map<String, Value>),
}

/// A member of a collection.
#[derive(Clone, Debug)]
pub struct CollectionMember {
    /// Stays when the member is moved.
    pub id: Uuid,
    /// Its place, from 0.
    pub position: i32,
    pub target: MemberTarget,
    /// Of the item or collection; what is elsewhere says its own.
    pub label: Option<LanguageMap>,
    /// Of the item or collection.
    pub status: Option<Status>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    position: i32,
    item_id: Option<String>,
    member_id: Option<String>,
    #[sqlx(json(nullable))]
    elsewhere: Option<Map<String, Value>>,
    #[sqlx(json(nullable))]
    label: Option<LanguageMap>,
    status: Option<String>,
}

impl From<Row> for CollectionMember {
    fn from(Row { id, position, item_id, member_id, elsewhere, label, status }: Row) -> Self {
        let own = item_id.map(MemberTarget::Item).or(member_id.map(MemberTarget::Collection));
        let target = own.unwrap_or_else(|| MemberTarget::Elsewhere(elsewhere.unwrap_or_default()));
        Self { id, position, target, label, status: status.and_then(|name| Status::try_from(name).ok()) }
    }
}

impl Catalog {
    /// Members of a collection in order; drafts only if they are asked for.
    pub async fn members(
        &self,
        collection: &str,
        drafts: bool,
        after: Option<i32>,
        limit: usize,
    ) -> Result<Page<CollectionMember>, CatalogError> {
        let statement = concat!(
            "select m.id, m.position, m.item_id, m.member_id, m.elsewhere, \
             coalesce(i.descriptive, k.descriptive) -> 'label' as label, coalesce(i.status, k.status) as status \
             from collection_members m left join items i on i.id = m.item_id left join collections k on k.id = m.member_id \
             where m.collection_id = $1 and m.position > $3 and ",
            member_is_seen!(),
            "order by m.position limit $4"
        );
        let rows: Vec<Row> = sqlx::query_as(statement)
            .bind(collection)
            .bind(drafts)
            .bind(after.unwrap_or(-1))
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await?;
        let entries = rows.into_iter().map(CollectionMember::from).collect();
        Ok(Page::cut(entries, limit, |member: &CollectionMember| member.position.to_string()))
    }

    /// Adds members before the one that is at `position` now, or at the end; returns the place of the first, the identifiers, and
    /// the collection's new revision.
    pub async fn add_members(
        &self,
        collection: &str,
        position: Option<i32>,
        new: &[MemberTarget],
        precondition: &Precondition,
    ) -> Result<(i32, Vec<Uuid>, i64), CatalogError> {
        match self.try_to_add(collection, position, new, precondition).await {
            // Something was deleted after it was looked for: the second look will tell what.
            Err(CatalogError::Database(sqlx::Error::Database(told))) if told.code().is_some_and(|code| code == FOREIGN_KEY) => {
                self.try_to_add(collection, position, new, precondition).await
            }
            other => other,
        }
    }

    async fn try_to_add(
        &self,
        collection: &str,
        position: Option<i32>,
        new: &[MemberTarget],
        precondition: &Precondition,
    ) -> Result<(i32, Vec<Uuid>, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let nests = new.iter().any(|one| matches!(one, MemberTarget::Collection(_)));
        if nests {
            nesting::lock(&mut transaction).await?;
        }
        self.lock_collection(&mut transaction, collection, precondition).await?;
        let mut faults = unfit(&mut transaction, collection, new).await?;
        if nests {
            let holders = nesting::holders(&mut transaction, collection).await?;
            faults.extend(nesting::circles(collection, new.iter().map(nested), &holders));
        }
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let count = count(&mut transaction, collection).await?;
        let position = position.unwrap_or(count).min(count);
        let ids = insert(&mut transaction, collection, position, new).await?;
        Ok((position, ids, self.finish_members(transaction, collection).await?))
    }

    /// Takes a member out; those behind it close up. Returns the collection's new revision.
    pub async fn remove_member(&self, collection: &str, member: Uuid, precondition: &Precondition) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_collection(&mut transaction, collection, precondition).await?;
        // The database closes the gap and counts the change, as it does when an item goes.
        let done = sqlx::query("delete from collection_members where collection_id = $1 and id = $2")
            .bind(collection)
            .bind(member)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Err(CatalogError::NotFound("member"));
        }
        let statement = "select revision from collections where id = $1";
        let revision = sqlx::query_scalar(statement).bind(collection).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        Ok(revision)
    }

    /// Counts a change of the members as one of the collection, and commits.
    async fn finish_members(&self, mut transaction: PgTransaction<'_>, collection: &str) -> Result<i64, CatalogError> {
        let statement = "update collections set revision = revision + 1, modified = now() where id = $1 returning revision";
        let revision = sqlx::query_scalar(statement).bind(collection).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        Ok(revision)
    }

    /// The identifiers of the members in order, drafts only if they are asked for, and the collection's revision.
    pub async fn member_order(&self, collection: &str, drafts: bool) -> Result<(Vec<Uuid>, i64), CatalogError> {
        let revision = self.collection(collection).await?.revision;
        let statement =
            concat!("select m.id from collection_members m where m.collection_id = $1 and ", member_is_seen!(), "order by m.position");
        Ok((sqlx::query_scalar(statement).bind(collection).bind(drafts).fetch_all(&self.pool).await?, revision))
    }

    /// Puts the members in the order of `ids`, which must name each of them once; returns the collection's new revision.
    pub async fn set_member_order(&self, collection: &str, ids: &[Uuid], precondition: &Precondition) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_collection(&mut transaction, collection, precondition).await?;
        let present: Vec<Uuid> = sqlx::query_scalar("select id from collection_members where collection_id = $1 order by position")
            .bind(collection)
            .fetch_all(&mut *transaction)
            .await?;
        let mut faults = unknown(ids, &present);
        let named: HashSet<&Uuid> = ids.iter().collect();
        let missing = present.iter().filter(|id| !named.contains(id));
        faults.extend(missing.map(|id| fault("/members".to_owned(), format!("\"{id}\" is missing: name every member once"))));
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let statement = "update collection_members m set position = o.place - 1 from unnest($2::uuid[]) with ordinality as o (id, place) \
             where m.collection_id = $1 and m.id = o.id and m.position <> o.place - 1";
        sqlx::query(statement).bind(collection).bind(ids).execute(&mut *transaction).await?;
        self.finish_members(transaction, collection).await
    }

    /// Moves members, so that they follow one another in the order of `ids` and the first of them is at `position` afterwards, or as
    /// near to it as there are places. Returns the collection's new revision.
    pub async fn move_members(
        &self,
        collection: &str,
        ids: &[Uuid],
        position: i32,
        precondition: &Precondition,
    ) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_collection(&mut transaction, collection, precondition).await?;
        let statement = "select id from collection_members where collection_id = $1 and id = any($2)";
        let present: Vec<Uuid> = sqlx::query_scalar(statement).bind(collection).bind(ids).fetch_all(&mut *transaction).await?;
        let faults = unknown(ids, &present);
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let position = position.min(count(&mut transaction, collection).await? - ids.len() as i32);
        // Only what lies between the old places and the new ones gets another place.
        let statement = "with moved as materialized \
                 (select m.id, m.position, $3 + o.place::int - 1 as place from unnest($2::uuid[]) with ordinality o (id, place) \
                  join collection_members m on m.id = o.id), \
             span as (select least(min(position), min(place)) as low, greatest(max(position), max(place)) as high from moved), \
             others as (select m.id, span.low + row_number() over (order by m.position)::int - 1 as rank \
                        from collection_members m, span where m.collection_id = $1 and m.position between span.low and span.high \
                        and not exists (select 1 from moved where moved.id = m.id)), \
             placed as (select id, place from moved \
                        union all select id, case when rank < $3 then rank else rank + $4 end from others) \
             update collection_members m set position = placed.place from placed where m.id = placed.id and m.position <> placed.place";
        sqlx::query(statement).bind(collection).bind(ids).bind(position).bind(ids.len() as i32).execute(&mut *transaction).await?;
        self.finish_members(transaction, collection).await
    }
}

/// How many members a collection has: the place of the next one.
async fn count(transaction: &mut PgTransaction<'_>, collection: &str) -> Result<i32, CatalogError> {
    let statement = "select coalesce(max(position) + 1, 0) from collection_members where collection_id = $1";
    Ok(sqlx::query_scalar(statement).bind(collection).fetch_one(&mut **transaction).await?)
}

/// Makes room at `position` and puts the members there.
pub(super) async fn insert(
    transaction: &mut PgTransaction<'_>,
    collection: &str,
    position: i32,
    new: &[MemberTarget],
) -> Result<Vec<Uuid>, CatalogError> {
    sqlx::query("update collection_members set position = position + $3 where collection_id = $1 and position >= $2")
        .bind(collection)
        .bind(position)
        .bind(new.len() as i32)
        .execute(&mut **transaction)
        .await?;
    let ids: Vec<Uuid> = new.iter().map(|_| Uuid::now_v7()).collect();
    let items: Vec<Option<&str>> = new.iter().map(item).collect();
    let members: Vec<Option<&str>> = new.iter().map(nested).collect();
    let elsewhere: Vec<Option<String>> = new
        .iter()
        .map(|one| match one {
            MemberTarget::Elsewhere(reference) => Some(Value::from(reference.clone()).to_string()),
            MemberTarget::Item(_) | MemberTarget::Collection(_) => None,
        })
        .collect();
    let statement = "insert into collection_members (collection_id, position, id, item_id, member_id, elsewhere) \
         select $1, $2 + n.place - 1, n.id, n.item, n.member, n.elsewhere::json \
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) with ordinality as n (id, item, member, elsewhere, place)";
    let query = sqlx::query(statement).bind(collection).bind(position).bind(&ids).bind(items).bind(members).bind(elsewhere);
    query.execute(&mut **transaction).await?;
    Ok(ids)
}

fn item(target: &MemberTarget) -> Option<&str> {
    if let MemberTarget::Item(id) = target { Some(id) } else { None }
}

fn nested(target: &MemberTarget) -> Option<&str> {
    if let MemberTarget::Collection(id) = target { Some(id) } else { None }
}

/// What keeps items and collections from becoming members: they are not there, or there twice.
async fn unfit(transaction: &mut PgTransaction<'_>, collection: &str, new: &[MemberTarget]) -> Result<Vec<Fault>, CatalogError> {
    let (items, members): (Vec<_>, Vec<_>) = (new.iter().filter_map(item).collect(), new.iter().filter_map(nested).collect());
    let statement = "select 'item', i.id, exists (select 1 from collection_members m where m.item_id = i.id and m.collection_id = $3) \
             from items i where i.id = any($1) \
         union all select 'collection', k.id, exists (select 1 from collection_members m where m.member_id = k.id and m.collection_id = $3) \
             from collections k where k.id = any($2)";
    let found: Vec<(String, String, bool)> =
        sqlx::query_as(statement).bind(items).bind(members).bind(collection).fetch_all(&mut **transaction).await?;
    let found: HashMap<(&str, &str), bool> = found.iter().map(|(kind, id, is_in)| ((kind.as_str(), id.as_str()), *is_in)).collect();
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (place, target) in new.iter().enumerate() {
        let named = item(target).map(|id| ("item", id)).or(nested(target).map(|id| ("collection", id)));
        let Some((kind, id)) = named else { continue };
        let detail = match found.get(&(kind, id)) {
            None => format!("there is no {kind} \"{id}\""),
            Some(true) => format!("the {kind} \"{id}\" is in this collection already"),
            Some(false) if !seen.insert((kind, id)) => format!("the {kind} \"{id}\" is in the list twice"),
            Some(false) => continue,
        };
        faults.push(fault(format!("/members/{place}/{kind}"), detail));
    }
    Ok(faults)
}

fn fault(pointer: String, detail: String) -> Fault {
    Fault { pointer, detail }
}

/// Identifiers that name no member, or one that was named before.
fn unknown(ids: &[Uuid], present: &[Uuid]) -> Vec<Fault> {
    let known: HashSet<&Uuid> = present.iter().collect();
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        let detail = if !known.contains(id) {
            format!("the collection has no member \"{id}\"")
        } else if !seen.insert(id) {
            format!("\"{id}\" is in the list twice")
        } else {
            continue;
        };
        faults.push(fault(format!("/members/{place}"), detail));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_once() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let pointers = |ids: &[Uuid]| unknown(ids, &[a, b]).into_iter().map(|fault| fault.pointer).collect::<Vec<_>>();
        assert!(pointers(&[b, a]).is_empty());
        assert_eq!(pointers(&[a, a, c]), ["/members/1", "/members/2"]);
    }
}
