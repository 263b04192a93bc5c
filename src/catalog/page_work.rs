//! What cataloguers do to many canvases at once: label them by a pattern, and put in those that stand for missing pages.

use sqlx::PgTransaction;

use super::items::stored;
use super::{Canvas, CanvasContent, Catalog, CatalogError, NewCanvas, Precondition};
use crate::iiif::presentation::labels::Labelling;
use crate::iiif::presentation::naming::Place;
use crate::iiif::presentation::{Descriptive, Fault, LanguageMap};

/// A canvas that gets a label.
#[derive(Clone, Debug)]
pub struct Labelled {
    pub id: String,
    /// What the file is called that its image was made of, if that is known.
    pub file_name: Option<String>,
    pub before: LanguageMap,
    pub label: LanguageMap,
}

/// Canvases that stand for pages which are missing: each has a label and a size, and nothing on it.
#[derive(Clone, Debug)]
pub struct MissingPages {
    pub count: usize,
    pub descriptive: Descriptive,
    /// Size in the canvases' own units; that of their neighbour if not given.
    pub size: Option<(i32, i32)>,
    pub place: Place,
}

impl Catalog {
    /// The labels that canvases of an item would get, and the item's revision. Nothing is changed.
    pub async fn labels(&self, item: &str, labelling: &Labelling) -> Result<(Vec<Labelled>, i64), CatalogError> {
        let revision = self.item(item).await?.revision;
        let (labelled, _) = labelled(described(&self.pool, item).await?, labelling)?;
        Ok((labelled, revision))
    }

    /// Labels canvases of an item; returns them and the item's new revision.
    pub async fn label_canvases(
        &self,
        item: &str,
        labelling: &Labelling,
        precondition: &Precondition,
    ) -> Result<(Vec<Labelled>, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let (labelled, changed) = labelled(described(&mut *transaction, item).await?, labelling)?;
        let (ids, said): (Vec<String>, Vec<String>) = changed.into_iter().map(|(id, said)| (id, stored(&said))).unzip();
        let statement = "update canvases c set descriptive = n.said::json, revision = c.revision + 1, modified = now() \
             from unnest($2::text[], $3::text[]) as n (id, said) where c.item_id = $1 and c.id = n.id";
        sqlx::query(statement).bind(item).bind(ids).bind(said).execute(&mut *transaction).await?;
        Ok((labelled, self.finish_canvases(transaction, item, &[]).await?))
    }

    /// Puts canvases without an image where pages are missing; returns them and the item's new revision.
    pub async fn add_missing_pages(
        &self,
        item: &str,
        missing: &MissingPages,
        precondition: &Precondition,
    ) -> Result<(Vec<Canvas>, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let (position, size) = room(&mut transaction, item, missing).await?;
        let content = CanvasContent { size: Some(size), descriptive: missing.descriptive.clone(), ..CanvasContent::default() };
        let new = vec![NewCanvas { id: None, content }; missing.count];
        let canvases = self.insert_canvases(&mut transaction, item, position, &new).await?;
        Ok((canvases, self.finish_canvases(transaction, item, &[]).await?))
    }
}

/// A canvas as far as labels are concerned.
#[derive(sqlx::FromRow)]
struct Described {
    id: String,
    #[sqlx(json)]
    descriptive: Descriptive,
    file_name: Option<String>,
}

async fn described(on: impl sqlx::PgExecutor<'_>, item: &str) -> Result<Vec<Described>, CatalogError> {
    let statement = concat!("select id, descriptive, ", file_name_of_canvas!(), " from canvases where item_id = $1 order by position");
    Ok(sqlx::query_as(statement).bind(item).fetch_all(on).await?)
}

/// A canvas, and what it says of itself from now on.
type Changed = (String, Descriptive);

/// What the canvases are labelled, and what those say of themselves then that had another label.
fn labelled(canvases: Vec<Described>, labelling: &Labelling) -> Result<(Vec<Labelled>, Vec<Changed>), CatalogError> {
    let ids: Vec<&str> = canvases.iter().map(|canvas| canvas.id.as_str()).collect();
    let (from, labels) = labelling.labels(&ids).map_err(CatalogError::Faults)?;
    let (mut all, mut changed) = (Vec::with_capacity(labels.len()), Vec::new());
    for (Described { id, mut descriptive, file_name }, text) in canvases.into_iter().skip(from).zip(labels) {
        let label = labelling.label(&descriptive.label, text);
        let before = std::mem::replace(&mut descriptive.label, label.clone());
        if before != label {
            changed.push((id.clone(), descriptive));
        }
        all.push(Labelled { id, file_name, before, label });
    }
    Ok((all, changed))
}

/// Where missing pages go, and their size: as given, or that of the nearest canvas with one, the one before first.
async fn room(transaction: &mut PgTransaction<'_>, item: &str, missing: &MissingPages) -> Result<(i32, (i32, i32)), CatalogError> {
    let statement = "select id, width, height from canvases where item_id = $1 order by position";
    let present: Vec<(String, Option<i32>, Option<i32>)> = sqlx::query_as(statement).bind(item).fetch_all(&mut **transaction).await?;
    let fault = |pointer: &str, detail: String| CatalogError::Faults(vec![Fault { pointer: pointer.to_owned(), detail }]);
    let position = match &missing.place {
        Place::Start => 0,
        Place::End => present.len(),
        Place::Before(id) => {
            let found = present.iter().position(|(known, ..)| known == id);
            found.ok_or_else(|| fault("/before", format!("there is no canvas \"{id}\" here")))?
        }
    };
    let sized = |(_, width, height): &(String, Option<i32>, Option<i32>)| width.zip(*height);
    let nearest = || present[..position].iter().rev().chain(&present[position..]).find_map(sized);
    let size = missing.size.or_else(nearest);
    let size = size.ok_or_else(|| fault("/width", "no canvas of the item has a size to take: send width and height".to_owned()))?;
    Ok((position as i32, size))
}
