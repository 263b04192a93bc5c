//! Manifests and their Sequences (Presentation 2.1, sections 5.1 and 5.2).

use super::Down;
use super::hints::Class;
use super::json::{Object, id_of, many, resource};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use serde_json::Value;

impl Down<'_> {
    pub(super) fn manifest(&mut self, source: &Object, at: &At) -> Object {
        let mut object = resource(self.own(id_of(source).unwrap_or_default()), "sc:Manifest");
        put(&mut object, "label", self.label(source, at));
        self.describe(&mut object, source, Class::Manifest, at);
        put(&mut object, "navDate", self.nav_date(source, Class::Manifest, at));
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "service", self.resource_services(source, at));
        self.others(&mut object, source, &["navDate", "start", "items", "structures"], at);
        let (mut sequences, structures) = self.structures(source, at);
        sequences.insert(0, self.sequence(source, !sequences.is_empty(), at));
        put(&mut object, "sequences", sequences);
        put(&mut object, "structures", structures);
        object
    }

    /// The order of the Manifest itself; labelled if there are other orders.
    fn sequence(&mut self, source: &Object, labelled: bool, at: &At) -> Value {
        let mut object = resource("", "sc:Sequence");
        if labelled {
            put(&mut object, "label", "1");
        }
        put(&mut object, "startCanvas", self.start(source, at));
        let at = at.key("items");
        let mut canvases: Vec<Value> = Vec::new();
        for (index, canvas) in many(source, "items").iter().enumerate() {
            let at = at.index(index);
            match canvas {
                Value::Object(canvas) => canvases.push(self.canvas(canvas, &(index + 1).to_string(), &at).into()),
                _ => self.losses.add(LossKind::Malformed, &at, "a Canvas that is not an object is left out"),
            }
        }
        object.insert("canvases".to_owned(), canvases.into());
        object.into()
    }

    /// A label, which 2.1 requires: the id stands in.
    pub(super) fn label(&mut self, source: &Object, at: &At) -> Value {
        let label = self.plain(source.get("label"), &at.key("label"));
        if label.is_null() { id_of(source).unwrap_or_default().into() } else { label }
    }
}
