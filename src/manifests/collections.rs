//! Collections as documents: the top of the catalogue, and those that somebody made, page by page.

use std::collections::HashMap;
use std::num::NonZeroU32;

use serde_json::Value;

use super::{Manifests, Placed, placed};
use crate::catalog::{self, CatalogError, Holder, PlacedImage, PublicMember, Status};
use crate::iiif::ids::{CollectionKey, ResourceId};
use crate::iiif::presentation::collection::{Collection, Member, Picture, Target};
use crate::iiif::presentation::manifest::{Parent, Thumbnail};
use crate::iiif::presentation::{Descriptive, LanguageMap, parts};
use crate::iiif::uris::Uris;

/// Members on one page of a collection; up to so many, a collection is one document.
pub const PAGE: usize = 500;

/// A collection, and whether anyone may see it.
#[derive(Debug)]
pub struct CollectionDocument {
    pub collection: Collection,
    pub public: bool,
}

impl Manifests {
    /// The collection at `key`, of drafts too. `None` if there is no such page.
    ///
    /// A published collection shows what is published, whoever asks; a draft shows drafts as well.
    pub async fn collection(&self, key: CollectionKey, uris: &Uris) -> Result<Option<CollectionDocument>, CatalogError> {
        let collection = match &key {
            CollectionKey::Top => self.top(uris).await?,
            CollectionKey::Page(after) => self.items_page(key.clone(), after.as_ref(), uris).await?,
            CollectionKey::Collections(after) => self.collections_page(key.clone(), after, uris).await?,
            CollectionKey::Named(id) => return self.named(id, uris).await.map(Some),
            CollectionKey::Part(id, number) => return self.part(id, *number, uris).await,
        };
        Ok(Some(CollectionDocument { collection, public: true }))
    }

    /// Collections that are in no other one, and all items.
    async fn top(&self, uris: &Uris) -> Result<Collection, CatalogError> {
        let mut members = self.collections_after(None, uris).await?;
        members.extend(self.items_after(None, uris).await?);
        Ok(Collection { key: CollectionKey::Top, descriptive: titled(top_label()), members, thumbnail: None, part_of: Vec::new() })
    }

    async fn items_page(&self, key: CollectionKey, after: Option<&ResourceId>, uris: &Uris) -> Result<Collection, CatalogError> {
        let members = self.items_after(after.map(ResourceId::as_str), uris).await?;
        Ok(page_of_top(key, items_label(after), members))
    }

    async fn collections_page(&self, key: CollectionKey, after: &ResourceId, uris: &Uris) -> Result<Collection, CatalogError> {
        let members = self.collections_after(Some(after.as_str()), uris).await?;
        Ok(page_of_top(key, collections_label(after), members))
    }

    /// A page of published items, and where it goes on: the page after this is a member of it, so that no page costs more than
    /// another and none need be counted.
    async fn items_after(&self, after: Option<&str>, uris: &Uris) -> Result<Vec<Member>, CatalogError> {
        let mut entries: Vec<PublicMember> =
            self.catalog.published(after, PAGE + 1).await?.entries.into_iter().map(PublicMember::from).collect();
        let more = entries.split_off(PAGE.min(entries.len())).pop();
        let last = entries.last().and_then(|last| ResourceId::parse(last.item_id.as_deref()?).ok());
        self.with_more(entries, more.zip(last).map(|(more, last)| (more, items_label(Some(&last)), CollectionKey::Page(Some(last)))), uris)
            .await
    }

    async fn collections_after(&self, after: Option<&str>, uris: &Uris) -> Result<Vec<Member>, CatalogError> {
        let mut entries = self.catalog.top_collections(after, PAGE + 1).await?.entries;
        let more = entries.split_off(PAGE.min(entries.len())).pop();
        let last = entries.last().and_then(|last| ResourceId::parse(last.member_id.as_deref()?).ok());
        self.with_more(entries, more.zip(last).map(|(more, last)| (more, collections_label(&last), CollectionKey::Collections(last))), uris)
            .await
    }

    /// These members, and a page that begins with `more`.
    async fn with_more(
        &self,
        entries: Vec<PublicMember>,
        more: Option<(PublicMember, LanguageMap, CollectionKey)>,
        uris: &Uris,
    ) -> Result<Vec<Member>, CatalogError> {
        let mut all = entries;
        let page = more.map(|(first, label, key)| {
            all.push(first);
            (label, key)
        });
        let mut members = self.as_members(all, uris).await?;
        if let (Some((label, key)), Some(first)) = (page, members.last_mut()) {
            *first = Member { target: Target::Collection(key), label, nav_date: None, thumbnail: first.thumbnail.take() };
        }
        Ok(members)
    }

    /// A collection that somebody made: its members, or, if there are too many for one document, pages of them.
    async fn named(&self, id: &ResourceId, uris: &Uris) -> Result<CollectionDocument, CatalogError> {
        let catalog::Collection { status, descriptive, member_count, .. } = self.catalog.collection(id.as_str()).await?;
        let (page, drafts) = (PAGE as i32, status == Status::Draft);
        let members = if member_count <= page {
            self.as_members(self.catalog.public_members(id.as_str(), drafts, 0, page).await?, uris).await?
        } else {
            let first = self.catalog.first_members(id.as_str(), drafts, page, member_count).await?;
            let numbers: Vec<u32> = first.iter().map(|member| member.position.unsigned_abs() / PAGE as u32).collect();
            let shown = self.as_members(first, uris).await?;
            let pages = numbers.into_iter().zip(shown).filter_map(|(number, first)| {
                let number = NonZeroU32::new(number + 1)?;
                let label = part_label(&descriptive.label, number, member_count);
                let key = CollectionKey::Part(id.clone(), number);
                Some(Member { target: Target::Collection(key), label, thumbnail: first.thumbnail, nav_date: None })
            });
            pages.collect()
        };
        let part_of = if drafts { Vec::new() } else { parents(self.catalog.holders_of_collection(id.as_str()).await?) };
        let (descriptive, thumbnail) = self.described(descriptive, id, &members, uris).await?;
        let collection = Collection { key: CollectionKey::Named(id.clone()), descriptive, members, thumbnail, part_of };
        Ok(CollectionDocument { collection, public: !drafts })
    }

    /// A page of a long collection. The first one answers for short collections too, and every one as long as members are that far.
    async fn part(&self, id: &ResourceId, number: NonZeroU32, uris: &Uris) -> Result<Option<CollectionDocument>, CatalogError> {
        let catalog::Collection { status, descriptive, member_count, .. } = self.catalog.collection(id.as_str()).await?;
        let from = i64::from(number.get() - 1) * PAGE as i64;
        let Some(from) = i32::try_from(from).ok().filter(|from| *from == 0 || *from < member_count) else { return Ok(None) };
        let drafts = status == Status::Draft;
        let members = self.catalog.public_members(id.as_str(), drafts, from, from + PAGE as i32).await?;
        let members = self.as_members(members, uris).await?;
        let part_of = vec![Parent { key: CollectionKey::Named(id.clone()), label: descriptive.label.clone() }];
        let label = part_label(&descriptive.label, number, member_count);
        let key = CollectionKey::Part(id.clone(), number);
        let collection = Collection { key, descriptive: titled(label), members, thumbnail: None, part_of };
        Ok(Some(CollectionDocument { collection, public: !drafts }))
    }

    /// What a collection says of itself, and the picture that stands for it: what it says, or that of its first member with one.
    async fn described(
        &self,
        mut descriptive: Descriptive,
        id: &ResourceId,
        members: &[Member],
        uris: &Uris,
    ) -> Result<(Descriptive, Option<Thumbnail>), CatalogError> {
        let named: Vec<&str> = descriptive.rest.values().flat_map(parts::images).collect();
        let images = self.images(&named).await?;
        let address = uris.collection(id.as_str());
        let said = descriptive.rest.shift_remove("thumbnail").and_then(|said| self.said(said, &address, &images, uris));
        descriptive.rest.values_mut().for_each(|value| self.expand(value, &address, &images, uris));
        match said.or_else(|| members.iter().find_map(|member| member.thumbnail.clone())) {
            Some(Picture::Ours(thumbnail)) => Ok((descriptive, Some(thumbnail))),
            Some(Picture::Said(said)) => {
                descriptive.rest.insert("thumbnail".to_owned(), said);
                Ok((descriptive, None))
            }
            None => Ok((descriptive, None)),
        }
    }

    /// Members as documents name them: with label and picture, and without asking for each.
    async fn as_members(&self, members: Vec<PublicMember>, uris: &Uris) -> Result<Vec<Member>, CatalogError> {
        let said = members.iter().flat_map(|member| member.thumbnail.iter().chain(&member.item_thumbnail));
        let images = self.images(&said.flat_map(parts::images).collect::<Vec<_>>()).await?;
        Ok(members.into_iter().filter_map(|member| self.as_member(member, &images, uris)).collect())
    }

    fn as_member(&self, member: PublicMember, images: &HashMap<String, Placed>, uris: &Uris) -> Option<Member> {
        let thumbnail = self.picture(&member, images, uris);
        let PublicMember { item_id, member_id, elsewhere, label, nav_date, .. } = member;
        if let Some(reference) = elsewhere {
            let thumbnail = reference.get("thumbnail").cloned().map(Picture::Said);
            return Some(Member { target: Target::Elsewhere(reference), label: LanguageMap::default(), thumbnail, nav_date: None });
        }
        let target = match item_id {
            Some(item) => Target::Manifest(item),
            None => Target::Collection(CollectionKey::Named(ResourceId::parse(&member_id?).ok()?)),
        };
        Some(Member { target, label: label.unwrap_or_default(), thumbnail, nav_date })
    }

    /// The picture of an item or collection: what it says itself, then what its item says, then its item's image.
    fn picture(&self, member: &PublicMember, images: &HashMap<String, Placed>, uris: &Uris) -> Option<Picture> {
        let said = |said: &Option<Value>, address: Option<String>| self.said(said.clone()?, &address?, images, uris);
        let own = said(&member.thumbnail, member.member_id.as_deref().map(|id| uris.collection(id)));
        let of_item = || said(&member.item_thumbnail, member.shown_item.as_deref().map(|id| uris.manifest(id)));
        let image = || placed(member.image_id.as_deref(), member.image_width, member.image_height, member.tile_size);
        own.or_else(of_item).or_else(|| image().map(|image| self.thumbnail(&image, uris).into()))
    }

    /// A `thumbnail` in stored form with its addresses; `None` if nothing of it can be shown.
    fn said(&self, mut said: Value, address: &str, images: &HashMap<String, Placed>, uris: &Uris) -> Option<Picture> {
        self.expand(&mut said, address, images, uris);
        let list: Vec<Value> = match said {
            Value::Array(list) => list,
            other => vec![other],
        };
        let shown: Vec<Value> = list.into_iter().filter(|one| one.get("id").is_some()).collect();
        (!shown.is_empty()).then(|| Picture::Said(shown.into()))
    }

    fn expand(&self, value: &mut Value, address: &str, images: &HashMap<String, Placed>, uris: &Uris) {
        parts::expand(value, address, &|id| self.thumbnail(images.get(id)?, uris).image().as_object().cloned());
    }

    async fn images(&self, ids: &[&str]) -> Result<HashMap<String, Placed>, CatalogError> {
        let found = self.catalog.visible_images(ids).await?;
        Ok(found.into_iter().map(|image| (image.id.clone(), Placed::from(image))).collect())
    }
}

impl From<PlacedImage> for PublicMember {
    fn from(PlacedImage { id, descriptive, modified: _, image_id, image_width, image_height, tile_size }: PlacedImage) -> Self {
        let Descriptive { label, nav_date, mut rest, .. } = descriptive;
        Self {
            position: 0,
            shown_item: Some(id.clone()),
            item_id: Some(id),
            member_id: None,
            elsewhere: None,
            label: Some(label),
            nav_date,
            thumbnail: None,
            item_thumbnail: rest.remove("thumbnail"),
            image_id,
            image_width,
            image_height,
            tile_size,
        }
    }
}

/// The collections that a document says it is part of.
pub fn parents(holders: Vec<Holder>) -> Vec<Parent> {
    let parent = |Holder { id, label }| Some(Parent { key: CollectionKey::Named(ResourceId::parse(&id).ok()?), label });
    holders.into_iter().filter_map(parent).collect()
}

fn page_of_top(key: CollectionKey, label: LanguageMap, members: Vec<Member>) -> Collection {
    let part_of = vec![Parent { key: CollectionKey::Top, label: top_label() }];
    Collection { key, descriptive: titled(label), members, thumbnail: None, part_of }
}

fn top_label() -> LanguageMap {
    LanguageMap::new("en", "Published items")
}

fn items_label(after: Option<&ResourceId>) -> LanguageMap {
    match after {
        None => LanguageMap::new("en", "Published items, from the first"),
        Some(after) => LanguageMap::new("en", format!("Published items after {after}")),
    }
}

fn collections_label(after: &ResourceId) -> LanguageMap {
    LanguageMap::new("en", format!("Collections after {after}"))
}

/// The label of the whole with the places that are on the page, counted from 1: `Maps, 501–1000`.
fn part_label(whole: &LanguageMap, number: NonZeroU32, count: i32) -> LanguageMap {
    let last = u64::from(number.get()) * PAGE as u64;
    let (first, last) = (last + 1 - PAGE as u64, last.min(u64::from(count.unsigned_abs())));
    let mut label = LanguageMap::default();
    for (language, texts) in whole.iter() {
        label.extend(language, texts.iter().map(|text| format!("{text}, {first}–{last}")));
    }
    label
}

fn titled(label: LanguageMap) -> Descriptive {
    Descriptive { label, ..Descriptive::default() }
}
