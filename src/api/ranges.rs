//! `/api/v1/items/{id}/ranges`: the structure of an item, as a tree of ranges.

use std::collections::HashSet;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::{Map, Value};

use super::address::Address;
use super::answer::{Deleted, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch};
use super::problem::Problem;
use super::schema::{NewRange, RangePlace, Ranges as Tree};
use super::{App, Tags};
use crate::catalog::{CatalogError, minted};
use crate::iiif::presentation::hiding::hide_in;
use crate::iiif::presentation::{Fault, parts, range_input, ranges};
use crate::iiif::uris::Uris;

/// Ranges.
pub struct Ranges;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Ranges")]
impl Ranges {
    /// Read the ranges of an item
    ///
    /// All of them as one tree. The ETag is that of the tree: whatever is changed in it, it is another.
    #[oai(path = "/items/:id/ranges", method = "get", operation_id = "getRanges")]
    async fn tree(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Read<Tree>, Problem> {
        app.readable_item(&id, &reader).await?;
        let mut structures = Structures::of(&app, &id, &uris).await?;
        structures.hide(&app.hidden_from(&reader, &id).await?);
        let ranges = structures.tree.iter().map(|range| structures.published(range)).collect();
        Ok(Read::new(Tree { ranges }, structures.revision, &known))
    }

    /// Replace the ranges of an item
    ///
    /// The whole tree. Ranges that are not in it any more are deleted. `If-Match` takes the tree's ETag; the first tree needs none.
    #[oai(path = "/items/:id/ranges", method = "put", operation_id = "putRanges")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<Tree>,
    ) -> Result<Written<Tree>, Problem> {
        let mut structures = Structures::of(&app, &id, &uris).await?;
        let tree = structures.written_out(body.0.ranges);
        let at = |pointer: &str| Some(format!("/ranges{pointer}"));
        let told = placed(range_input::faults(&tree, None), at);
        structures.tree = tree;
        let structures = structures.store(&app, condition, told, at).await?;
        let ranges = structures.tree.iter().map(|range| structures.published(range)).collect();
        Ok(Written::changed(Tree { ranges }, structures.revision))
    }

    /// Add a range to an item
    ///
    /// With all that is in it, at the top or within another. A range without items is kept, but not shown in the manifest until it has
    /// some. `If-Match` takes the tree's ETag, as the answer's ETag is; the first range needs none.
    #[oai(path = "/items/:id/ranges", method = "post", operation_id = "addRange")]
    async fn add(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<NewRange>,
    ) -> Result<Written<Value>, Problem> {
        let NewRange { parent, position, range } = body.0;
        let mut structures = Structures::of(&app, &id, &uris).await?;
        let new = structures.written_out(vec![range]).pop().unwrap_or_default();
        let Some(name) = new.as_object().and_then(ranges::range_id).map(str::to_owned) else {
            return Err(fault(if ranges::is_range(&new) { "/range/id" } else { "/range" }, "this is not a range of this item"));
        };
        let mut told = range_input::faults(std::slice::from_ref(&new), structures.find(parent.as_deref()));
        told.extend(structures.known(&new));
        let mut told = placed(told, |pointer| in_one(pointer, "/0", "/range"));
        let Some(at) = structures.insert(parent.as_deref(), position, new) else {
            told.push(no_parent());
            return Err(Problem::invalid(told));
        };
        let structures = structures.store_part(&app, condition, told, &at, "/range").await?;
        let location = uris.api(&["items", &id, "ranges", &name]);
        Ok(Written::created(structures.range(&name)?, structures.revision, location))
    }

    /// Read a range
    ///
    /// With all that is in it. The ETag is that of the tree.
    #[oai(path = "/items/:id/ranges/:range", method = "get", operation_id = "getRange")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The range's id.
        range: Path<String>,
    ) -> Result<Read<Value>, Problem> {
        app.readable_item(&id, &reader).await?;
        let mut structures = Structures::of(&app, &id, &uris).await?;
        structures.hide(&app.hidden_from(&reader, &id).await?);
        structures.present(&app, &range).await?;
        Ok(Read::new(structures.range(&range)?, structures.revision, &known))
    }

    /// Change a range
    ///
    /// JSON Merge Patch on the range: what is not sent stays as it is, `null` removes; `items` is replaced as a whole. `If-Match` takes
    /// the tree's ETag.
    #[oai(path = "/items/:id/ranges/:range", method = "patch", operation_id = "patchRange")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The range's id.
        range: Path<String>,
        patch: Patch<Value>,
    ) -> Result<Written<Value>, Problem> {
        let mut structures = Structures::of(&app, &id, &uris).await?;
        structures.present(&app, &range).await?;
        let patched = patch.apply(&structures.range(&range)?)?;
        let new = structures.written_out(vec![patched]).pop().unwrap_or_default();
        if !ranges::is_range(&new) {
            return Err(fault("/type", "this is a Range"));
        }
        if new.as_object().and_then(ranges::range_id) != Some(&range) {
            return Err(fault("/id", "it is not the id in the URL, and an id cannot be changed"));
        }
        let (at, parent) = structures.whereabouts(&range);
        let mut told = range_input::faults(std::slice::from_ref(&new), structures.find(parent.as_deref()));
        if let Some(old) = ranges::find_mut(&mut structures.tree, &range) {
            old.clear();
        }
        told.extend(structures.known(&new));
        let told = placed(told, |pointer| in_one(pointer, "/0", ""));
        if let Some(place) = pointed(&mut structures.tree, &at) {
            *place = new;
        }
        let structures = structures.store_part(&app, condition, told, &at, "").await?;
        Ok(Written::changed(structures.range(&range)?, structures.revision))
    }

    /// Move a range
    ///
    /// With all that is in it, to the top or into another range. `If-Match` takes the tree's ETag.
    #[oai(path = "/items/:id/ranges/:range/place", method = "put", operation_id = "placeRange")]
    async fn place(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The range's id.
        range: Path<String>,
        body: Body<RangePlace>,
    ) -> Result<Written<RangePlace>, Problem> {
        let mut structures = Structures::of(&app, &id, &uris).await?;
        structures.present(&app, &range).await?;
        let RangePlace { parent, position } = body.0;
        let moved = ranges::take(&mut structures.tree, &range).unwrap_or_default();
        if let Some(parent) = &parent
            && range_input::places(std::slice::from_ref(&moved)).iter().any(|(_, id)| id == parent)
        {
            return Err(fault("/parent", &format!("the range \"{range}\" cannot lie within itself", range = *range)));
        }
        let below = structures.find(parent.as_deref());
        let misplaced = moved.as_object().and_then(|moved| range_input::misplaced(moved, below));
        let told = misplaced.map(|detail| Fault { pointer: "/parent".to_owned(), detail: detail.to_owned() });
        if structures.insert(parent.as_deref(), position, moved).is_none() {
            return Err(Problem::invalid(vec![no_parent()]));
        }
        let structures = structures.store(&app, condition, told.into_iter().collect(), |_| Some("/parent".to_owned())).await?;
        Ok(Written::changed(structures.place(&range), structures.revision))
    }

    /// Delete a range
    ///
    /// With the ranges in it; canvases stay. Their ids are not used again. `If-Match` takes the tree's ETag.
    #[oai(path = "/items/:id/ranges/:range", method = "delete", operation_id = "deleteRange")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The range's id.
        range: Path<String>,
    ) -> Result<Deleted, Problem> {
        let mut structures = Structures::of(&app, &id, &uris).await?;
        structures.present(&app, &range).await?;
        ranges::take(&mut structures.tree, &range);
        structures.save(&app, condition).await?;
        Ok(Deleted::Done)
    }
}

/// The tree of an item at a revision.
struct Structures {
    item: String,
    manifest: String,
    tree: Vec<Value>,
    revision: i64,
}

impl Structures {
    async fn of(app: &App, item: &str, uris: &Uris) -> Result<Self, Problem> {
        app.catalog.item(item).await?;
        let (tree, revision) = app.catalog.structures(item).await?;
        Ok(Self { item: item.to_owned(), manifest: uris.manifest(item), tree, revision })
    }

    /// Takes out what names these canvases, and ranges that have nothing in them then.
    fn hide(&mut self, hidden: &HashSet<String>) {
        if !hidden.is_empty() {
            hide_in(&mut self.tree, hidden);
            self.tree = ranges::shown(std::mem::take(&mut self.tree));
        }
    }

    /// What was sent, as it is stored.
    fn written_out(&self, mut sent: Vec<Value>) -> Vec<Value> {
        let contract = |sent: &mut Vec<Value>| sent.iter_mut().for_each(|one| parts::contract(one, &self.manifest));
        contract(&mut sent);
        range_input::write_out(&mut sent, &minted);
        // Texts that were short for canvases are addresses now.
        contract(&mut sent);
        sent
    }

    fn published(&self, range: &Value) -> Value {
        let mut range = range.clone();
        parts::expand(&mut range, &self.manifest, &|_| None);
        range
    }

    fn find(&self, id: Option<&str>) -> Option<&Map<String, Value>> {
        let (at, _) = range_input::places(&self.tree).into_iter().find(|(_, known)| Some(known.as_str()) == id)?;
        let (first, rest) = at[1..].split_at(at[1..].find('/').unwrap_or(at.len() - 1));
        self.tree.get(first.parse::<usize>().ok()?)?.pointer(rest)?.as_object()
    }

    /// The range as it is read.
    fn range(&self, id: &str) -> Result<Value, Problem> {
        let found = self.find(Some(id)).ok_or_else(|| Problem::not_found("range"))?;
        Ok(self.published(&Value::from(found.clone())))
    }

    async fn present(&self, app: &App, id: &str) -> Result<(), Problem> {
        if self.find(Some(id)).is_some() { Ok(()) } else { Err(app.catalog.missing("range", &self.item, id).await.into()) }
    }

    /// The pointer to a range, and the range that it lies in.
    fn whereabouts(&self, id: &str) -> (String, Option<String>) {
        let places = range_input::places(&self.tree);
        let at = places.iter().find(|(_, known)| known == id).map(|(at, _)| at.clone()).unwrap_or_default();
        let above = at.rsplit_once("/items/").map(|(above, _)| above);
        let parent = places.iter().find(|(place, _)| Some(place.as_str()) == above).map(|(_, id)| id.clone());
        (at, parent)
    }

    fn place(&self, id: &str) -> RangePlace {
        let (at, parent) = self.whereabouts(id);
        RangePlace { parent, position: at.rsplit('/').next().and_then(|index| index.parse().ok()) }
    }

    /// A fault for each id in `new` that the tree has already. Pointers begin with `/0`.
    fn known(&self, new: &Value) -> Vec<Fault> {
        let known = ranges::ids(&self.tree);
        let twice = range_input::places(std::slice::from_ref(new)).into_iter().filter(|(_, id)| known.contains(id));
        twice.map(|(at, id)| Fault { pointer: format!("{at}/id"), detail: format!("the range \"{id}\" is there already") }).collect()
    }

    /// Puts a range at a place; gives the pointer to it, or nothing if there is no such parent.
    fn insert(&mut self, parent: Option<&str>, position: Option<u32>, range: Value) -> Option<String> {
        let above = parent.map(|parent| self.whereabouts(parent).0);
        let list = match parent {
            None => Some(&mut self.tree),
            Some(parent) => ranges::find_mut(&mut self.tree, parent)
                .map(|range| range.entry("items").or_insert_with(|| Value::Array(Vec::new())))
                .and_then(Value::as_array_mut),
        }?;
        let place = position.map_or(list.len(), |position| list.len().min(position as usize));
        list.insert(place, range);
        Some(above.map_or_else(|| format!("/{place}"), |above| format!("{above}/items/{place}")))
    }

    /// Stores the tree after a change of what is at the pointer `at`, which was sent as `sent`.
    async fn store_part(self, app: &App, condition: IfMatch, told: Vec<Fault>, at: &str, sent: &str) -> Result<Self, Problem> {
        self.store(app, condition, told, |pointer| in_one(pointer, at, sent)).await
    }

    /// Stores the tree, or tells everything that is wrong with it: what was `told`, and what else there is, where `place` says.
    async fn store(
        self,
        app: &App,
        condition: IfMatch,
        mut told: Vec<Fault>,
        place: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Problem> {
        let (canvases, _) = app.catalog.reading_order(&self.item).await?;
        let more = placed(ranges::faults(&self.tree, &canvases.iter().map(String::as_str).collect()), &place);
        let known: HashSet<String> = told.iter().map(|fault| fault.pointer.clone()).collect();
        told.extend(more.into_iter().filter(|fault| !known.contains(&fault.pointer)));
        if !told.is_empty() {
            return Err(Problem::invalid(told));
        }
        self.save(app, condition).await.map_err(|error| match error {
            CatalogError::Faults(faults) => Problem::invalid(placed(faults, place)),
            other => other.into(),
        })
    }

    async fn save(mut self, app: &App, condition: IfMatch) -> Result<Self, CatalogError> {
        let tree = self.tree.clone();
        let edit = |stored: &mut Vec<Value>| {
            *stored = tree;
            Ok(())
        };
        let ((), revision) = app.catalog.edit_structures(&self.item, &condition.at(self.revision).0, edit).await?;
        self.revision = revision;
        Ok(self)
    }
}

/// A pointer to something below `at`, as one below `sent`.
fn in_one(pointer: &str, at: &str, sent: &str) -> Option<String> {
    let rest = pointer.strip_prefix(at).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    Some(format!("{sent}{rest}"))
}

/// The faults with the pointers that `place` gives, if it gives one.
fn placed(faults: Vec<Fault>, place: impl Fn(&str) -> Option<String>) -> Vec<Fault> {
    faults.into_iter().filter_map(|fault| Some(Fault { pointer: place(&fault.pointer)?, ..fault })).collect()
}

/// What a pointer into the tree points at.
fn pointed<'a>(tree: &'a mut [Value], pointer: &str) -> Option<&'a mut Value> {
    let (first, rest) = pointer[1..].split_at(pointer[1..].find('/').unwrap_or(pointer.len() - 1));
    tree.get_mut(first.parse::<usize>().ok()?)?.pointer_mut(rest)
}

fn no_parent() -> Fault {
    Fault { pointer: "/parent".to_owned(), detail: "the item has no such range".to_owned() }
}

fn fault(pointer: &str, detail: &str) -> Problem {
    Problem::invalid(vec![Fault { pointer: pointer.to_owned(), detail: detail.to_owned() }])
}
