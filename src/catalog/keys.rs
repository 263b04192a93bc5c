//! Keys for writing: shown once, stored only as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Catalog, CatalogError};

/// What is known of a key.
#[derive(Debug, sqlx::FromRow)]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    pub created: OffsetDateTime,
    pub revoked: Option<OffsetDateTime>,
}

/// A key just made: the only time its secret is seen.
#[derive(Debug)]
pub struct NewApiKey {
    pub id: Uuid,
    /// What goes after `Authorization: Bearer`.
    pub secret: String,
}

impl Catalog {
    /// Makes a key with 256 random bits.
    pub async fn create_key(&self, name: &str) -> Result<NewApiKey, CatalogError> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| CatalogError::Database(sqlx::Error::Io(std::io::Error::other(error.to_string()))))?;
        let key = NewApiKey { id: Uuid::now_v7(), secret: format!("trip_{}", URL_SAFE_NO_PAD.encode(random)) };
        sqlx::query("insert into api_keys (id, name, hash) values ($1, $2, $3)")
            .bind(key.id)
            .bind(name)
            .bind(hash(&key.secret))
            .execute(&self.pool)
            .await?;
        Ok(key)
    }

    /// All keys, revoked ones too, oldest first.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, CatalogError> {
        Ok(sqlx::query_as("select id, name, created, revoked from api_keys order by id").fetch_all(&self.pool).await?)
    }

    /// Makes a key worthless. Revoking it again changes nothing.
    pub async fn revoke_key(&self, id: Uuid) -> Result<(), CatalogError> {
        let done = sqlx::query("update api_keys set revoked = coalesce(revoked, now()) where id = $1").bind(id).execute(&self.pool).await?;
        if done.rows_affected() == 0 { Err(CatalogError::NotFound("key")) } else { Ok(()) }
    }

    /// The key with this secret, unless it is unknown or revoked.
    ///
    /// Looked up by its hash: with 256 random bits there is nothing to guess, and nothing for a clock to tell.
    pub async fn key_by_secret(&self, secret: &str) -> Result<Option<Uuid>, CatalogError> {
        let statement = "select id from api_keys where hash = $1 and revoked is null";
        Ok(sqlx::query_scalar(statement).bind(hash(secret)).fetch_optional(&self.pool).await?)
    }
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
