//! Documents in which nothing is to be found.

use serde_json::{Value, json};

fn canvas(number: usize) -> Value {
    let id = format!("https://x.org/book/canvas/{number}");
    json!({
        "id": id,
        "type": "Canvas",
        "label": {"none": [number.to_string()]},
        "height": 3000,
        "width": 2000,
        "thumbnail": [{
            "id": format!("https://x.org/iiif/{number}/full/200,/0/default.jpg"),
            "type": "Image", "format": "image/jpeg", "width": 200, "height": 300,
        }],
        "items": [{
            "id": format!("{id}/page"),
            "type": "AnnotationPage",
            "items": [{
                "id": format!("{id}/painting"),
                "type": "Annotation",
                "motivation": "painting",
                "body": {
                    "id": format!("https://x.org/iiif/{number}/full/max/0/default.jpg"),
                    "type": "Image",
                    "format": "image/jpeg",
                    "height": 3000,
                    "width": 2000,
                    "service": [
                        {"id": format!("https://x.org/iiif/{number}"), "type": "ImageService3", "profile": "level2"},
                        {"@id": format!("https://x.org/iiif/2/{number}"), "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"},
                    ],
                },
                "target": id,
            }],
        }],
        "annotations": [{
            "id": format!("{id}/comments"),
            "type": "AnnotationPage",
            "items": [{
                "id": format!("{id}/comment"),
                "type": "Annotation",
                "motivation": "commenting",
                "body": {"type": "TextualBody", "value": "A comment", "language": "en", "format": "text/plain"},
                "target": format!("{id}#xywh=0,0,100,100"),
            }],
        }],
    })
}

/// A book of three pages.
pub(super) fn book() -> Value {
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": "https://x.org/book/manifest",
        "type": "Manifest",
        "label": {"en": ["A book"], "ja": ["本"]},
        "summary": {"en": ["<p>Of <i>three</i> pages</p>"]},
        "metadata": [{"label": {"en": ["Author"]}, "value": {"none": ["A. N. Other"]}}],
        "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["The library"]}},
        "rights": "http://creativecommons.org/licenses/by/4.0/",
        "provider": [{
            "id": "https://x.org/about",
            "type": "Agent",
            "label": {"en": ["The library"]},
            "homepage": [{"id": "https://x.org/", "type": "Text", "label": {"en": ["Home"]}, "format": "text/html"}],
            "logo": [{"id": "https://x.org/logo.png", "type": "Image", "format": "image/png", "height": 100, "width": 120}],
        }],
        "homepage": [{"id": "https://x.org/book", "type": "Text", "label": {"en": ["The book"]}, "format": "text/html", "language": ["en"]}],
        "seeAlso": [{"id": "https://x.org/book.xml", "type": "Dataset", "label": {"en": ["Record"]}, "format": "text/xml", "profile": "https://x.org/schema"}],
        "rendering": [{"id": "https://x.org/book.pdf", "type": "Text", "label": {"en": ["PDF"]}, "format": "application/pdf"}],
        "partOf": [{"id": "https://x.org/collection", "type": "Collection", "label": {"en": ["All"]}}],
        "thumbnail": [{"id": "https://x.org/iiif/1/full/!800,800/0/default.jpg", "type": "Image", "format": "image/jpeg", "height": 800, "width": 533}],
        "navDate": "1856-01-01T00:00:00Z",
        "viewingDirection": "left-to-right",
        "behavior": ["paged"],
        "items": [canvas(1), canvas(2), canvas(3)],
        "structures": [{
            "id": "https://x.org/book/range/1",
            "type": "Range",
            "label": {"en": ["Contents"]},
            "items": [
                {"id": "https://x.org/book/canvas/1", "type": "Canvas"},
                {
                    "id": "https://x.org/book/range/2",
                    "type": "Range",
                    "label": {"en": ["Chapter"]},
                    "items": [
                        {"id": "https://x.org/book/canvas/2", "type": "Canvas"},
                        {
                            "type": "SpecificResource",
                            "source": {"id": "https://x.org/book/canvas/3", "type": "Canvas"},
                            "selector": {"type": "FragmentSelector", "value": "xywh=0,0,2000,1500"},
                        },
                    ],
                },
            ],
        }],
    })
}

/// A film with sound.
pub(super) fn film() -> Value {
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": "https://x.org/film/manifest",
        "type": "Manifest",
        "label": {"en": ["A film"]},
        "thumbnail": [{"id": "https://x.org/film.jpg", "type": "Image", "format": "image/jpeg"}],
        "behavior": ["auto-advance"],
        "items": [{
            "id": "https://x.org/film/canvas/1",
            "type": "Canvas",
            "label": {"en": ["Reel 1"]},
            "height": 480,
            "width": 640,
            "duration": 600.5,
            "placeholderCanvas": {
                "id": "https://x.org/film/canvas/1/poster",
                "type": "Canvas",
                "label": {"en": ["Poster"]},
                "height": 480,
                "width": 640,
                "items": [{
                    "id": "https://x.org/film/canvas/1/poster/page",
                    "type": "AnnotationPage",
                    "items": [{
                        "id": "https://x.org/film/canvas/1/poster/painting",
                        "type": "Annotation",
                        "motivation": "painting",
                        "body": {"id": "https://x.org/poster.jpg", "type": "Image", "format": "image/jpeg"},
                        "target": "https://x.org/film/canvas/1/poster",
                    }],
                }],
            },
            "items": [{
                "id": "https://x.org/film/canvas/1/page",
                "type": "AnnotationPage",
                "items": [{
                    "id": "https://x.org/film/canvas/1/painting",
                    "type": "Annotation",
                    "motivation": "painting",
                    "body": {
                        "type": "Choice",
                        "items": [
                            {"id": "https://x.org/film.mp4", "type": "Video", "format": "video/mp4", "height": 480, "width": 640, "duration": 600.5},
                            {"id": "https://x.org/film.webm", "type": "Video", "format": "video/webm", "height": 480, "width": 640, "duration": 600.5},
                        ],
                    },
                    "target": "https://x.org/film/canvas/1",
                }],
            }],
        }],
    })
}

/// A collection of a manifest and a collection.
pub(super) fn collection() -> Value {
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": "https://x.org/collection",
        "type": "Collection",
        "label": {"en": ["All"]},
        "thumbnail": [{"id": "https://x.org/all.jpg", "type": "Image", "format": "image/jpeg"}],
        "behavior": ["unordered", "multi-part"],
        "items": [
            {"id": "https://x.org/book/manifest", "type": "Manifest", "label": {"en": ["A book"]}},
            {
                "id": "https://x.org/collection/2",
                "type": "Collection",
                "label": {"en": ["Some"]},
                "items": [{"id": "https://x.org/film/manifest", "type": "Manifest", "label": {"en": ["A film"]}}],
            },
        ],
    })
}

/// A book of two pages in version 2.1.
pub(super) fn book_2() -> Value {
    let canvas = |number: usize| {
        let id = format!("https://x.org/book/canvas/{number}");
        json!({
            "@id": id,
            "@type": "sc:Canvas",
            "label": number.to_string(),
            "height": 3000,
            "width": 2000,
            "images": [{
                "@id": format!("{id}/painting"),
                "@type": "oa:Annotation",
                "motivation": "sc:painting",
                "on": id,
                "resource": {
                    "@id": format!("https://x.org/iiif/{number}/full/full/0/default.jpg"),
                    "@type": "dctypes:Image",
                    "format": "image/jpeg",
                    "height": 3000,
                    "width": 2000,
                    "service": {
                        "@context": "http://iiif.io/api/image/2/context.json",
                        "@id": format!("https://x.org/iiif/{number}"),
                        "profile": "http://iiif.io/api/image/2/level2.json",
                    },
                },
            }],
            "otherContent": [{"@id": format!("https://x.org/book/list/{number}"), "@type": "sc:AnnotationList"}],
        })
    };
    json!({
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": "https://x.org/book/manifest",
        "@type": "sc:Manifest",
        "label": [{"@value": "A book", "@language": "en"}, "Ein Buch"],
        "description": "<p>Of two pages</p>",
        "attribution": "The library",
        "license": "https://x.org/terms",
        "logo": {"@id": "https://x.org/logo.png"},
        "thumbnail": {"@id": "https://x.org/iiif/1/full/!800,800/0/default.jpg", "format": "image/jpeg"},
        "metadata": [{"label": "Author", "value": [{"@value": "Other", "@language": "en"}]}],
        "viewingHint": "paged",
        "viewingDirection": "left-to-right",
        "navDate": "1856-01-01T00:00:00Z",
        "rendering": {"@id": "https://x.org/book.pdf", "label": "PDF", "format": "application/pdf"},
        "seeAlso": [{"@id": "https://x.org/book.xml", "format": "text/xml"}],
        "within": "https://x.org/collection",
        "sequences": [{"@type": "sc:Sequence", "startCanvas": "https://x.org/book/canvas/2", "canvases": [canvas(1), canvas(2)]}],
        "structures": [
            {"@id": "https://x.org/r1", "@type": "sc:Range", "label": "Contents", "viewingHint": "top", "ranges": ["https://x.org/r2"]},
            {"@id": "https://x.org/r2", "@type": "sc:Range", "label": "Chapter", "canvases": ["https://x.org/book/canvas/1#xywh=0,0,9,9"]},
        ],
    })
}
