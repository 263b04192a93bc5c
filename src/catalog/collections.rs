//! Collections that somebody made. What they hold is in `collection_members`.

use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::items::{pattern, stored};
use super::{Catalog, CatalogError, ItemFilter, Page, Precondition, Status, Told, minted};
use crate::iiif::presentation::Descriptive;

/// A collection without its members.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Collection {
    pub id: String,
    #[sqlx(try_from = "String")]
    pub status: Status,
    #[sqlx(json)]
    pub descriptive: Descriptive,
    pub revision: i64,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
    /// How many members it has, drafts among them.
    pub member_count: i32,
}

/// What a writer says of a collection.
#[derive(Clone, Debug)]
pub struct CollectionContent {
    pub status: Status,
    pub descriptive: Descriptive,
}

/// Completes a statement with the columns of [`Collection`] from `collections k`. Positions are dense: the last one counts them.
macro_rules! select_collections {
    ($rest:literal) => {
        concat!(
            "select id, status, descriptive, revision, created, modified, \
             (select coalesce(max(position) + 1, 0) from collection_members m where m.collection_id = k.id) as member_count \
             from collections k where ",
            $rest
        )
    };
}

impl Catalog {
    /// Adds a collection that holds nothing yet.
    pub async fn create_collection(&self, id: Option<String>, content: &CollectionContent) -> Result<Collection, CatalogError> {
        let id = id.unwrap_or_else(minted);
        let mut transaction = self.pool.begin().await?;
        self.insert_collection(&mut transaction, &id, content).await?;
        self.finish_collection(transaction, &id).await
    }

    /// Creates the collection, or replaces what is said of it; tells which (`true`: created). The members stay.
    pub async fn put_collection(
        &self,
        id: &str,
        content: &CollectionContent,
        precondition: &Precondition,
    ) -> Result<(Collection, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let Some(revision) = revision(&mut transaction, id).await? else {
            precondition.allows_creation("collection")?;
            self.insert_collection(&mut transaction, id, content).await?;
            return Ok((self.finish_collection(transaction, id).await?, true));
        };
        precondition.allows(revision)?;
        update(&mut transaction, id, content).await?;
        Ok((self.finish_collection(transaction, id).await?, false))
    }

    pub async fn collection(&self, id: &str) -> Result<Collection, CatalogError> {
        match sqlx::query_as(select_collections!("id = $1")).bind(id).fetch_optional(&self.pool).await? {
            Some(collection) => Ok(collection),
            None => Err(self.absent(&self.pool, "collection", "", id).await?),
        }
    }

    /// Collections in the order of their identifiers.
    pub async fn collections(&self, filter: &ItemFilter, after: Option<&str>, limit: usize) -> Result<Page<Collection>, CatalogError> {
        let statement = select_collections!(
            "($1::text is null or status = $1) and ($2::text is null or label_text ilike $2) \
             and ($3::timestamptz is null or modified >= $3) and id > coalesce($4, '') order by id limit $5"
        );
        let ItemFilter { status, label, modified_since } = filter;
        let entries = sqlx::query_as(statement)
            .bind(status.map(Status::name))
            .bind(label.as_deref().map(pattern))
            .bind(modified_since)
            .bind(after)
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await?;
        Ok(Page::cut(entries, limit, |collection: &Collection| collection.id.clone()))
    }

    /// How many collections a list holds in all.
    pub async fn count_collections(&self, filter: &ItemFilter) -> Result<i64, CatalogError> {
        let statement = "select count(*) from collections where ($1::text is null or status = $1) \
             and ($2::text is null or label_text ilike $2) and ($3::timestamptz is null or modified >= $3)";
        let ItemFilter { status, label, modified_since } = filter;
        let query = sqlx::query_scalar(statement).bind(status.map(Status::name)).bind(label.as_deref().map(pattern)).bind(modified_since);
        Ok(query.fetch_one(&self.pool).await?)
    }

    /// Deletes a collection. What it holds stays, and it is taken out of those that hold it.
    pub async fn delete_collection(&self, id: &str, precondition: &Precondition) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_collection(&mut transaction, id, precondition).await?;
        sqlx::query("delete from collections where id = $1").bind(id).execute(&mut *transaction).await?;
        sqlx::query("insert into gone (kind, id) values ('collection', $1)").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        Ok(())
    }

    /// The collections that hold an item, in the order of their identifiers.
    pub async fn collections_of_item(
        &self,
        item: &str,
        status: Option<Status>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Collection>, CatalogError> {
        let statement = select_collections!(
            "id in (select collection_id from collection_members where item_id = $1) and ($2::text is null or status = $2) \
             and id > coalesce($3, '') order by id limit $4"
        );
        let query = sqlx::query_as(statement).bind(item).bind(status.map(Status::name)).bind(after).bind(limit as i64 + 1);
        Ok(Page::cut(query.fetch_all(&self.pool).await?, limit, |collection: &Collection| collection.id.clone()))
    }

    pub(super) async fn insert_collection(
        &self,
        transaction: &mut PgTransaction<'_>,
        id: &str,
        content: &CollectionContent,
    ) -> Result<(), CatalogError> {
        let statement =
            "insert into collections (id, status, descriptive, label_text) values ($1, $2, $3::json, $4) on conflict (id) do nothing";
        let done = bind_content(sqlx::query(statement).bind(id), content).execute(&mut **transaction).await?;
        if done.rows_affected() == 0 {
            return Err(CatalogError::Exists("collection"));
        }
        // Asked after the insert, which waits for a deletion that is under way.
        if self.is_gone(&mut **transaction, "collection", "", id).await? { Err(CatalogError::Gone("collection")) } else { Ok(()) }
    }

    /// Locks the collection's row for this transaction if it may be changed.
    pub(super) async fn lock_collection(
        &self,
        transaction: &mut PgTransaction<'_>,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(), CatalogError> {
        match revision(transaction, id).await? {
            Some(revision) => precondition.allows(revision),
            None => Err(self.absent(&mut **transaction, "collection", "", id).await?),
        }
    }

    /// Commits, and gives the collection as it is then.
    pub(super) async fn finish_collection(&self, mut transaction: PgTransaction<'_>, id: &str) -> Result<Collection, CatalogError> {
        let collection = sqlx::query_as(select_collections!("id = $1")).bind(id).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        Ok(collection)
    }
}

/// Replaces what is said of a collection.
pub(super) async fn update(transaction: &mut PgTransaction<'_>, id: &str, content: &CollectionContent) -> Result<(), CatalogError> {
    let statement = "update collections set status = $2, descriptive = $3::json, label_text = $4, revision = revision + 1, \
         modified = now() where id = $1";
    bind_content(sqlx::query(statement).bind(id), content).execute(&mut **transaction).await?;
    Ok(())
}

/// The current revision of a collection, whose row is locked by asking: against changes, not against being named as a member.
async fn revision(transaction: &mut PgTransaction<'_>, id: &str) -> Result<Option<i64>, CatalogError> {
    let statement = "select revision from collections where id = $1 for no key update";
    Ok(sqlx::query_scalar(statement).bind(id).fetch_optional(&mut **transaction).await?)
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_content<'q>(query: Statement<'q>, content: &'q CollectionContent) -> Statement<'q> {
    let CollectionContent { status, descriptive } = content;
    let labels: Vec<&str> = descriptive.label.texts().map(|(_, text)| text).collect();
    query.bind(status.name()).bind(stored(descriptive)).bind(labels.join("\n"))
}
