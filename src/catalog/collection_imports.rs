//! Collections that were made elsewhere: what they say, and references to what they hold.

use serde_json::Value;
use time::OffsetDateTime;

use super::collection_members::insert;
use super::collections::update;
use super::imports::{NewImport, imported_as, lock_source};
use super::{Catalog, CatalogError, Collection, CollectionContent, MemberTarget, Status, minted};
use crate::iiif::presentation::import::ImportedCollection;

/// What a collection was imported from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CollectionSource {
    pub uri: String,
    /// As it came, gzip.
    pub document: Vec<u8>,
    #[sqlx(json)]
    pub report: Value,
    pub imported: OffsetDateTime,
}

impl Catalog {
    /// What a collection was imported from.
    pub async fn collection_source(&self, id: &str) -> Result<CollectionSource, CatalogError> {
        let statement = "select uri, document, report, imported from collection_sources where collection_id = $1";
        match sqlx::query_as(statement).bind(id).fetch_optional(&self.pool).await? {
            Some(source) => Ok(source),
            None => Err(self.collection(id).await.err().unwrap_or(CatalogError::NotFound("source of this collection"))),
        }
    }

    /// The status of the collection that was imported from the document with this id.
    pub async fn known_collection(&self, uri: &str) -> Result<Option<Status>, CatalogError> {
        let statement = "select c.status from collection_sources s join collections c on c.id = s.collection_id where s.uri = $1";
        let found: Option<String> = sqlx::query_scalar(statement).bind(uri).fetch_optional(&self.pool).await?;
        Ok(found.map(|status| Status::try_from(status).unwrap_or(Status::Draft)))
    }

    /// Stores what was imported: a new collection, or what is new of the one that came from the same source; tells which (`true`:
    /// created). Members stay where they are.
    pub async fn import_collection(&self, imported: &ImportedCollection, new: &NewImport) -> Result<(Collection, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        lock_source(&mut transaction, &imported.uri).await?;
        let before: Option<(String, String)> = sqlx::query_as(
            "select c.id, c.status from collection_sources s join collections c on c.id = s.collection_id where s.uri = $1 for update of c",
        )
        .bind(&imported.uri)
        .fetch_optional(&mut *transaction)
        .await?;
        let content = |status| CollectionContent { status, descriptive: imported.descriptive.clone() };
        let (id, created) = match before {
            Some((id, status)) => {
                imported_as("collection", &id, new.id.as_deref())?;
                let status = new.status.or(Status::try_from(status).ok()).unwrap_or(Status::Draft);
                update(&mut transaction, &id, &content(status)).await?;
                sqlx::query("delete from collection_members where collection_id = $1").bind(&id).execute(&mut *transaction).await?;
                (id, false)
            }
            None => {
                let id = new.id.clone().unwrap_or_else(minted);
                self.insert_collection(&mut transaction, &id, &content(new.status.unwrap_or(Status::Draft))).await?;
                (id, true)
            }
        };
        let members: Vec<MemberTarget> = imported.members.iter().cloned().map(MemberTarget::Elsewhere).collect();
        insert(&mut transaction, &id, 0, &members).await?;
        let statement = "insert into collection_sources (collection_id, uri, document, report) values ($1, $2, $3, $4::json) \
             on conflict (collection_id) do update set document = excluded.document, report = excluded.report, imported = now()";
        let query = sqlx::query(statement).bind(&id).bind(&imported.uri).bind(&new.document).bind(new.report.to_string());
        query.execute(&mut *transaction).await?;
        Ok((self.finish_collection(transaction, &id).await?, created))
    }
}
