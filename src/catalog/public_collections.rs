//! What the documents of collections are made of: one query for the members of a page, whatever the page and the collection.

use serde_json::{Map, Value};

use super::{Catalog, CatalogError, NamedImage, Page};
use crate::iiif::presentation::LanguageMap;

/// A member of a collection with what lists show of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PublicMember {
    pub position: i32,
    pub item_id: Option<String>,
    pub member_id: Option<String>,
    /// What is not ours, as it came.
    #[sqlx(json(nullable))]
    pub elsewhere: Option<Map<String, Value>>,
    #[sqlx(json(nullable))]
    pub label: Option<LanguageMap>,
    pub nav_date: Option<String>,
    /// What a collection says of its own `thumbnail`.
    #[sqlx(json(nullable))]
    pub thumbnail: Option<Value>,
    /// The item that stands for the member: itself, or the first published one near the beginning of a collection.
    pub shown_item: Option<String>,
    /// What that item says of its `thumbnail`, in stored form.
    #[sqlx(json(nullable))]
    pub item_thumbnail: Option<Value>,
    /// The image of that item.
    pub image_id: Option<String>,
    pub image_width: Option<i32>,
    pub image_height: Option<i32>,
    pub tile_size: Option<i32>,
}

/// A published collection that holds something.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Holder {
    pub id: String,
    #[sqlx(json)]
    pub label: LanguageMap,
}

/// Selects [`PublicMember`]s from a source of members `m`. The item that stands for a collection is looked for among its first few
/// members only, so that the cost does not depend on how many there are.
macro_rules! select_members {
    ($source:expr, $rest:expr) => {
        concat!(
            "select m.position, m.item_id, m.member_id, m.elsewhere, coalesce(k.descriptive, s.descriptive) -> 'label' as label, \
                 coalesce(k.descriptive, s.descriptive) ->> 'navDate' as nav_date, k.descriptive -> 'rest' -> 'thumbnail' as thumbnail, \
                 s.id as shown_item, s.descriptive -> 'rest' -> 'thumbnail' as item_thumbnail, \
                 f.image_id, f.image_width, f.image_height, f.tile_size \
             from ",
            $source,
            " left join collections k on k.id = m.member_id \
             left join lateral (select first.item_id from collection_members first join items t on t.id = first.item_id \
                                where first.collection_id = m.member_id and first.position < 20 and t.status = 'published' \
                                order by first.position limit 1) n on true \
             left join items s on s.id = coalesce(m.item_id, n.item_id) ",
            image_of_item!("s.id"),
            $rest
        )
    };
}

impl Catalog {
    /// The members from position `from` up to but not including `to`; drafts only if they are asked for.
    pub async fn public_members(&self, collection: &str, drafts: bool, from: i32, to: i32) -> Result<Vec<PublicMember>, CatalogError> {
        let statement = select_members!(
            "collection_members m",
            concat!("where m.collection_id = $1 and m.position >= $3 and m.position < $4 and ", member_is_seen!(), "order by m.position")
        );
        Ok(sqlx::query_as(statement).bind(collection).bind(drafts).bind(from).bind(to).fetch_all(&self.pool).await?)
    }

    /// For each run of `size` members, the first that is seen; nothing for a run of which none is.
    pub async fn first_members(&self, collection: &str, drafts: bool, size: i32, count: i32) -> Result<Vec<PublicMember>, CatalogError> {
        let statement = select_members!(
            concat!(
                "generate_series(0, $4 - 1, $3) run (start) cross join lateral (select m.* from collection_members m \
                     where m.collection_id = $1 and m.position >= run.start and m.position < run.start + $3 and ",
                member_is_seen!(),
                "order by m.position limit 1) m"
            ),
            "order by m.position"
        );
        Ok(sqlx::query_as(statement).bind(collection).bind(drafts).bind(size).bind(count).fetch_all(&self.pool).await?)
    }

    /// Published collections that are in no published one, as if they were members of something, in the order of their identifiers.
    pub async fn top_collections(&self, after: Option<&str>, limit: usize) -> Result<Page<PublicMember>, CatalogError> {
        let statement = select_members!(
            "(select 0 as position, null::text as item_id, c.id as member_id, null::json as elsewhere from collections c \
              where c.status = 'published' and c.id > coalesce($1, '') \
              and not exists (select 1 from collection_members h join collections p on p.id = h.collection_id \
                              where h.member_id = c.id and p.status = 'published') \
              order by c.id limit $2) m",
            "order by m.member_id"
        );
        let entries = sqlx::query_as(statement).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(Page::cut(entries, limit, |member: &PublicMember| member.member_id.clone().unwrap_or_default()))
    }

    /// The published collections that hold an item, in the order of their identifiers: its manifest is part of them.
    pub async fn holders_of_item(&self, item: &str) -> Result<Vec<Holder>, CatalogError> {
        let statement = "select c.id, c.descriptive -> 'label' as label from collection_members m join collections c on c.id = m.collection_id \
             where m.item_id = $1 and c.status = 'published' order by c.id";
        Ok(sqlx::query_as(statement).bind(item).fetch_all(&self.pool).await?)
    }

    /// The published collections that hold a collection.
    pub async fn holders_of_collection(&self, collection: &str) -> Result<Vec<Holder>, CatalogError> {
        let statement = "select c.id, c.descriptive -> 'label' as label from collection_members m join collections c on c.id = m.collection_id \
             where m.member_id = $1 and c.status = 'published' order by c.id";
        Ok(sqlx::query_as(statement).bind(collection).fetch_all(&self.pool).await?)
    }

    /// Those of these images that anyone may see.
    pub async fn visible_images(&self, ids: &[&str]) -> Result<Vec<NamedImage>, CatalogError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let statement = concat!("select id, width, height, tile_size from images i where id = any($1) and ", image_is_visible!());
        Ok(sqlx::query_as(statement).bind(ids).fetch_all(&self.pool).await?)
    }
}
