//! One item on its way into an Omeka S: made if it is not there, brought up to date if it is.

use serde_json::{Map, Value, json};

use super::published::Entry;
use super::site::{Site, Trouble};
use crate::omeka::resource::{Properties, changed, lost, medium};
use crate::omeka::{Media, Statement, statements};

/// What whoever gives the command decides.
pub(super) struct Wishes {
    pub media: Media,
    /// Only look, and tell what would be done.
    pub dry_run: bool,
    /// Leave what is said of an item in Omeka S as it is there.
    pub keep_metadata: bool,
    /// New items are seen by nobody but the users of Omeka S.
    pub private: bool,
    /// Of new items.
    pub template: Option<i64>,
    /// Where new items go.
    pub item_sets: Vec<i64>,
}

/// What was done, or would be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Created,
    Changed,
    Unchanged,
}

/// What became of an item.
#[derive(Debug)]
pub(super) struct Done {
    pub deed: Deed,
    /// Its number in Omeka S, once it has one.
    pub item: Option<i64>,
    /// What Omeka S dropped.
    pub lost: Vec<String>,
}

/// Brings items into an Omeka S.
pub(super) struct Push {
    pub site: Site,
    pub properties: Properties,
    pub wishes: Wishes,
}

impl Push {
    /// Makes the item, or changes what is not as it should be.
    pub async fn item(&self, entry: &Entry, sources: &[String]) -> Result<Done, Trouble> {
        let said = statements(&entry.manifest, &entry.descriptive);
        let found = self.site.identified(&self.properties, &entry.manifest).await?;
        let numbers: Vec<i64> = found.iter().filter_map(|item| item["o:id"].as_i64()).collect();
        match (found.as_slice(), numbers.as_slice()) {
            ([], _) if self.wishes.dry_run => Ok(Done { deed: Deed::Created, item: None, lost: Vec::new() }),
            ([], _) => self.create(&said, sources).await,
            ([item], [number]) => self.update(&said, sources, item, *number).await,
            _ => Err(Trouble::Refused(format!(
                "several items have this manifest's address as an identifier, so nothing is changed: keep one of {}",
                numbers.iter().map(|number| self.site.page(*number)).collect::<Vec<_>>().join(", ")
            ))),
        }
    }

    async fn create(&self, said: &[Statement], sources: &[String]) -> Result<Done, Trouble> {
        let mut body = self.properties.values(said);
        let media = self.media(sources.iter(), body.get("dcterms:title"));
        let (first, others) = media.split_at(media.len().min(1));
        body.insert("o:media".to_owned(), first.iter().cloned().map(Value::from).collect());
        body.insert("o:is_public".to_owned(), (!self.wishes.private).into());
        body.insert("o:item_set".to_owned(), self.wishes.item_sets.iter().map(|id| json!({"o:id": id})).collect());
        body.extend(self.wishes.template.map(|id| ("o:resource_template".to_owned(), json!({"o:id": id}))));
        let made = self.site.add("items", body).await?;
        let number = made["o:id"].as_i64().ok_or_else(|| Trouble::Refused("Omeka S does not say which item it made".to_owned()))?;
        self.add(number, others).await?;
        Ok(Done { deed: Deed::Created, item: Some(number), lost: lost(said, &made) })
    }

    async fn update(&self, said: &[Statement], sources: &[String], item: &Value, number: i64) -> Result<Done, Trouble> {
        let ours = self.properties.values(said);
        let change = if self.wishes.keep_metadata { None } else { changed(item, &ours) };
        let known = self.site.media(number).await?;
        let same = |(ingester, at): &(String, String), source: &String| ingester == self.wishes.media.ingester() && at == source;
        let missing = sources.iter().filter(|source| !known.iter().any(|medium| same(medium, source)));
        let missing = self.media(missing, ours.get("dcterms:title"));
        let deed = if change.is_none() && missing.is_empty() { Deed::Unchanged } else { Deed::Changed };
        let mut dropped = Vec::new();
        if !self.wishes.dry_run {
            if let Some(change) = change {
                dropped = lost(said, &self.site.change(number, change).await?);
            }
            self.add(number, &missing).await?;
        }
        Ok(Done { deed, item: Some(number), lost: dropped })
    }

    fn media<'a>(&self, sources: impl Iterator<Item = &'a String>, title: Option<&Value>) -> Vec<Map<String, Value>> {
        sources.map(|source| medium(self.wishes.media, source, title)).collect()
    }

    /// Adds media behind those that are there, one by one, as Omeka S fetches what each is of before it answers. What is not added in
    /// the end is added by the next run.
    async fn add(&self, item: i64, media: &[Map<String, Value>]) -> Result<(), Trouble> {
        for (place, medium) in media.iter().enumerate() {
            let mut body = medium.clone();
            body.insert("o:item".to_owned(), json!({"o:id": item}));
            let added = self.site.add("media", body).await;
            added.map_err(|trouble| match trouble {
                Trouble::Refused(words) => {
                    let (page, source) = (self.site.page(item), &medium["o:source"]);
                    Trouble::Refused(format!("{page} has {place} of {} new media, as {source} is not taken: {words}", media.len()))
                }
                silent @ Trouble::Silent(_) => silent,
            })?;
        }
        Ok(())
    }
}
