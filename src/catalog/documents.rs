//! Manifests as they are sent, for all replicas.

use super::{Catalog, CatalogError};

/// A published manifest in one version, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Gzip.
    pub packed: Vec<u8>,
    /// Kinds of what the version has no words for.
    pub losses: String,
    /// Contexts of extensions that it could name.
    pub extensions: Vec<String>,
}

/// State of everything that a manifest is written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(String);

/// Whose documents are asked for.
#[derive(Clone, Copy, Debug)]
pub struct DocumentKey<'a> {
    pub item: &'a str,
    /// Of the Presentation API.
    pub version: u8,
    /// Program and settings: another one's documents are not given.
    pub maker: &'a str,
}

#[derive(sqlx::FromRow)]
struct Row {
    stamp: String,
    packed: Option<Vec<u8>>,
    losses: Option<String>,
    extensions: Option<Vec<String>>,
}

impl Catalog {
    /// The present state of a published item, and the document that was written from it, if one was. `None` if it is not published.
    pub async fn document(&self, key: DocumentKey<'_>) -> Result<Option<(Stamp, Option<StoredDocument>)>, CatalogError> {
        let statement = "select document_stamp(i) as stamp, d.packed, d.losses, d.extensions from items i left join documents d \
             on d.item_id = i.id and d.version = $2 and d.maker = $3 and d.stamp = document_stamp(i) where i.id = $1 and i.status = 'published'";
        let DocumentKey { item, version, maker } = key;
        let row = sqlx::query_as(statement).bind(item).bind(i16::from(version)).bind(maker).fetch_optional(&self.pool).await?;
        Ok(row.map(|Row { stamp, packed, losses, extensions }| {
            let document = packed.zip(losses).zip(extensions);
            let document = document.map(|((packed, losses), extensions)| StoredDocument { packed, losses, extensions });
            (Stamp(stamp), document)
        }))
    }

    /// Keeps a document that was written after `stamp` was read, in the place of what was kept before, if that is still the state.
    pub async fn keep_document(&self, key: DocumentKey<'_>, stamp: &Stamp, document: &StoredDocument) -> Result<(), CatalogError> {
        let statement = "insert into documents (item_id, version, maker, stamp, packed, losses, extensions) \
             select i.id, $2, $3, $4, $5, $6, $7 from items i where i.id = $1 and i.status = 'published' and document_stamp(i) = $4 \
             on conflict (item_id, version) do update set maker = excluded.maker, stamp = excluded.stamp, packed = excluded.packed, \
             losses = excluded.losses, extensions = excluded.extensions";
        let DocumentKey { item, version, maker } = key;
        let StoredDocument { packed, losses, extensions } = document;
        let query = sqlx::query(statement).bind(item).bind(i16::from(version)).bind(maker).bind(&stamp.0);
        query.bind(packed).bind(losses).bind(extensions).execute(&self.pool).await?;
        Ok(())
    }
}
