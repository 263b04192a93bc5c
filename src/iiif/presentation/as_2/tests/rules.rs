//! What Presentation 2.1 requires, as far as one document shows it.

use serde_json::Value;
use std::collections::HashSet;

/// Every rule that the document breaks, with a pointer.
pub fn faults(document: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    rules.hold(document["@context"] == super::CONTEXT, "", "context");
    rules.each(document, "");
    match document["@type"].as_str().unwrap_or_default() {
        "sc:Manifest" => rules.manifest(document),
        "sc:Collection" => rules.collection(document, ""),
        "sc:Canvas" => rules.canvas(document, ""),
        "sc:AnnotationList" => rules.list(document),
        "sc:Layer" | "sc:Range" => rules.labelled(document, ""),
        "oa:Annotation" => rules.hold(document.get("on").is_some(), "", "an annotation on nothing"),
        other => rules.hold(false, "", other),
    }
    rules.faults
}

#[derive(Default)]
struct Rules {
    faults: Vec<String>,
    ids: HashSet<String>,
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn http(value: &Value) -> bool {
    value.as_str().is_some_and(|id| id.starts_with("http"))
}

impl Rules {
    fn hold(&mut self, right: bool, at: &str, what: &str) {
        if !right {
            self.faults.push(format!("{at}: {what}"));
        }
    }

    fn labelled(&mut self, value: &Value, at: &str) {
        self.hold(http(&value["@id"]), at, "no @id");
        self.hold(value.get("label").is_some_and(|label| !label.is_null() && label != ""), at, "no label");
    }

    /// What holds for every object but services.
    fn each(&mut self, value: &Value, at: &str) {
        if let Value::Array(list) = value {
            list.iter().enumerate().for_each(|(index, one)| self.each(one, &format!("{at}/{index}")));
        }
        let Value::Object(object) = value else { return };
        let type_ = value["@type"].as_str().unwrap_or_default();
        let resource = ["sc:", "oa:", "dctypes:", "cnt:"].iter().any(|prefix| type_.starts_with(prefix));
        for new in [
            "id",
            "type",
            "items",
            "summary",
            "requiredStatement",
            "rights",
            "provider",
            "behavior",
            "homepage",
            "partOf",
            "annotations",
            "start",
        ] {
            self.hold(!resource || !object.contains_key(new), at, new);
        }
        self.hold(at.is_empty() || object.get("@context").is_none_or(|context| context != super::CONTEXT), at, "the context again");
        self.hold(!object.contains_key("duration"), at, "a duration");
        self.hold(
            object.get("navDate").is_none_or(|date| date.as_str().is_some_and(|date| date.len() == 20 && date.ends_with('Z'))),
            at,
            "navDate",
        );
        self.hint(value, type_, at);
        for link in list(value, "rendering") {
            self.hold(link.get("label").is_some() && link.get("format").is_some(), at, "a rendering without label or format");
        }
        self.hold(object.get("license").is_none_or(|license| license.is_string() || license.is_array()), at, "license");
        for (key, one) in object.iter().filter(|(key, _)| *key != "service") {
            self.each(one, &format!("{at}/{key}"));
        }
    }

    fn hint(&mut self, value: &Value, type_: &str, at: &str) {
        let Some(hint) = value.get("viewingHint") else { return };
        let right = match hint.as_str().unwrap_or_default() {
            "individuals" | "paged" => matches!(type_, "sc:Manifest" | "sc:Range" | "sc:Collection"),
            "continuous" => value.get("viewingDirection").is_some(),
            "multi-part" => type_ == "sc:Collection",
            "non-paged" | "facing-pages" => type_ == "sc:Canvas",
            "top" => type_ == "sc:Range",
            _ => http(hint),
        };
        self.hold(right, at, "viewingHint");
    }

    fn manifest(&mut self, manifest: &Value) {
        self.labelled(manifest, "");
        let sequences = list(manifest, "sequences");
        self.hold(!sequences.is_empty(), "/sequences", "none");
        for (index, sequence) in sequences.iter().enumerate() {
            let at = format!("/sequences/{index}");
            self.hold(sequence["@type"] == "sc:Sequence", &at, "@type");
            self.hold((index == 0) != list(sequence, "canvases").is_empty(), &at, "the first is embedded, and only it");
            self.hold(index == 0 || http(&sequence["@id"]), &at, "no @id");
            self.hold(sequences.len() == 1 || sequence.get("label").is_some(), &at, "no label");
            for (index, canvas) in list(sequence, "canvases").iter().enumerate() {
                self.canvas(canvas, &format!("{at}/canvases/{index}"));
            }
        }
        self.structures(manifest);
    }

    fn structures(&mut self, manifest: &Value) {
        let ranges = list(manifest, "structures");
        let known: HashSet<_> = ranges.iter().filter_map(|range| range["@id"].as_str()).collect();
        self.hold(known.len() == ranges.len(), "/structures", "an @id twice");
        for (index, range) in ranges.iter().enumerate() {
            let at = format!("/structures/{index}");
            self.labelled(range, &at);
            let of_manifest = |one: &Value| one.as_str().is_some_and(|id| self.ids.contains(id.split('#').next().unwrap_or(id)));
            let canvases = list(range, "canvases").iter().all(of_manifest);
            self.hold(canvases, &at, "a canvas that is not of this manifest");
            self.hold(list(range, "ranges").iter().all(|one| one.as_str().is_some_and(|id| known.contains(id))), &at, "an unknown range");
        }
    }

    fn canvas(&mut self, canvas: &Value, at: &str) {
        self.labelled(canvas, at);
        let id = canvas["@id"].as_str().unwrap_or_default();
        let once = self.ids.insert(id.to_owned());
        self.hold(once && !id.contains('#'), at, "@id");
        for key in ["height", "width"] {
            self.hold(canvas[key].as_u64().is_some_and(|size| size > 0), at, key);
        }
        for (index, image) in list(canvas, "images").iter().enumerate() {
            self.image(image, id, &format!("{at}/images/{index}"));
        }
        for one in list(canvas, "otherContent") {
            self.hold(one["@type"] == "sc:AnnotationList" && http(&one["@id"]) && one.get("resources").is_none(), at, "otherContent");
        }
    }

    fn image(&mut self, image: &Value, canvas: &str, at: &str) {
        self.hold(image["@type"] == "oa:Annotation" && image["motivation"] == "sc:painting", at, "does not paint");
        self.hold(image["on"].as_str().is_some_and(|on| on.split('#').next() == Some(canvas)), at, "not on its canvas");
        let resource = &image["resource"];
        let type_ = resource["@type"].as_str().unwrap_or_default();
        self.hold(matches!(type_, "oa:Choice" | "oa:SpecificResource") || http(&resource["@id"]), at, "no @id");
        let choice = resource.get("default").is_some() && resource["item"].as_array().is_some_and(|items| !items.is_empty());
        self.hold(type_ != "oa:Choice" || choice, at, "no choice");
        if let Some(service) = resource.get("service") {
            let first = service.get(0).unwrap_or(service);
            self.hold(first.get("@context").is_some() && http(&first["@id"]) && first.get("profile").is_some(), at, "service");
        }
    }

    fn collection(&mut self, collection: &Value, at: &str) {
        self.labelled(collection, at);
        for (key, type_) in [("collections", "sc:Collection"), ("manifests", "sc:Manifest")] {
            for (index, member) in list(collection, key).iter().enumerate() {
                let at = format!("{at}/{key}/{index}");
                self.hold(member["@type"] == type_ && member.get("sequences").is_none(), &at, "@type");
                self.collection(member, &at);
            }
        }
    }

    fn list(&mut self, list_: &Value) {
        self.hold(http(&list_["@id"]) && list_["resources"].is_array(), "", "a list without resources");
        for (index, one) in list(list_, "resources").iter().enumerate() {
            let right = one["@type"] == "oa:Annotation" && one.get("on").is_some() && one.get("motivation").is_some();
            self.hold(right, &format!("/resources/{index}"), "annotation");
        }
    }
}
