// What the trials open: images and items made through the REST interface.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { COLOURS, draw } from './pictures.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');

/** Masters of other kinds, uploaded as they are; what is served of each is a pyramid. */
const MASTERS = ['tiff/vips-jpeg75.tif', 'tiff/magick-ycbcr.tif', 'tiff/vips-gray.tif', 'masters/progressive.jpg', 'masters/lossy.webp', 'masters/tiled.jp2', 'masters/palette.png'];

const en = (text) => ({ en: [text] });

export async function fill(service) {
  const upload = (name, bytes) => service.send('POST', `/api/v1/images/${encodeURIComponent(name)}?public=true`, bytes);
  const drawn = Object.keys(COLOURS).map((colour, index) => upload(`pages/${colour}`, draw(colour, index % 2 ? 1500 : 1400, 2000)));
  const masters = MASTERS.map((master) => upload(master, readFileSync(join(FIXTURES, master))));
  await Promise.all([...drawn, ...masters]);
  for (const item of items()) await service.send('POST', '/api/v1/items', { status: 'published', ...item });
  for (const [id, document] of Object.entries(documents(service.base))) {
    await service.send('POST', '/api/v1/imports', { id, status: 'published', document });
  }
}

function items() {
  const pages = (...colours) => colours.map((colour, index) => ({ id: `p${index + 1}`, label: en(`Page ${index + 1}`), image: `pages/${colour}` }));
  return [
    { id: 'masters', label: en('Masters of every kind'), images: MASTERS },
    {
      id: 'described',
      label: { en: ['A described page'], de: ['Eine beschriebene Seite'] },
      summary: en('What there is to say about it.'),
      metadata: [{ label: en('Author'), value: en('Somebody') }, { label: en('Place'), value: { none: ['Here', 'There'] } }],
      requiredStatement: { label: en('Attribution'), value: en('Held by a house') },
      rights: 'http://creativecommons.org/publicdomain/mark/1.0/',
      provider: [{ id: 'https://house.example/', type: 'Agent', label: en('A House'), homepage: [{ id: 'https://house.example/home', type: 'Text', label: en('Home'), format: 'text/html' }] }],
      homepage: [{ id: 'https://house.example/page', type: 'Text', label: en('About it'), format: 'text/html' }],
      rendering: [{ id: 'https://house.example/page.pdf', type: 'Text', label: en('As PDF'), format: 'application/pdf' }],
      seeAlso: [{ id: 'https://house.example/page.xml', type: 'Dataset', label: en('As XML'), format: 'text/xml' }],
      canvases: pages('red'),
    },
    { id: 'rtl', label: en('Read from the right'), viewingDirection: 'right-to-left', behavior: ['paged'], canvases: pages('red', 'green', 'blue', 'orange', 'violet') },
    { id: 'ltr', label: en('Read from the left'), behavior: ['paged'], canvases: pages('red', 'green', 'blue', 'orange', 'violet') },
    { id: 'choice', label: en('Two lights'), canvases: [{ id: 'p1', label: en('Under two lights'), width: 1500, height: 2000, items: [choice()] }] },
    { id: 'foldout', label: en('A fold-out'), canvases: [{ id: 'p1', label: en('Map in two parts'), width: 3000, height: 2000, items: [foldout()] }] },
  ];
}

const painting = (body, rest) => ({ type: 'Annotation', motivation: 'painting', body, ...rest });
const page = (...items) => ({ type: 'AnnotationPage', items });
const image = (colour, rest) => ({ type: 'Image', image: `pages/${colour}`, ...rest });

function choice() {
  return page(painting({ type: 'Choice', items: [image('green', { label: en('Natural light') }), image('violet', { label: en('X-ray') })] }));
}

function foldout() {
  const at = (region) => ({ target: `#xywh=${region}` });
  return page(painting(image('green'), at('0,0,1500,2000')), painting(image('orange'), at('1500,0,1500,2000')));
}

/** Manifests made elsewhere, with images of ours. */
function documents(base) {
  return { toc: toc(base), notes: notes(base), notes2: notes2(base) };
}

const HERE = 'https://elsewhere.example';
const SIZES = { width: 1500, height: 2000 };

function body(base, colour) {
  const service = `${base}/iiif/3/pages%2F${colour}`;
  return {
    id: `${service}/full/max/0/default.jpg`,
    type: 'Image',
    format: 'image/jpeg',
    ...SIZES,
    service: [{ id: service, type: 'ImageService3', profile: 'level2' }],
  };
}

function canvas(base, manifest, name, colour, rest) {
  const id = `${manifest}/canvas/${name}`;
  const painted = { id: `${id}/page/image`, type: 'Annotation', motivation: 'painting', body: body(base, colour), target: id };
  return { id, type: 'Canvas', label: en(`Leaf ${name}`), ...SIZES, items: [{ id: `${id}/page`, type: 'AnnotationPage', items: [painted] }], ...rest };
}

function manifest(name, label, rest) {
  return { '@context': 'http://iiif.io/api/presentation/3/context.json', id: `${HERE}/${name}`, type: 'Manifest', label: en(label), ...rest };
}

/** A book with chapters and parts of chapters, that opens at its third page. */
function toc(base) {
  const id = `${HERE}/toc`;
  const at = (name) => ({ id: `${id}/canvas/${name}`, type: 'Canvas' });
  const range = (name, label, ...items) => ({ id: `${id}/range/${name}`, type: 'Range', label: en(label), items });
  const colours = ['red', 'green', 'blue', 'orange', 'violet'];
  return manifest('toc', 'A book with chapters', {
    behavior: ['individuals'],
    start: at('3'),
    items: colours.map((colour, index) => canvas(base, id, `${index + 1}`, colour)),
    structures: [
      range('all', 'Table of Contents', at('1'), range('one', 'Chapter One', at('2'), range('part', 'Part of One', at('3'))), range('two', 'Chapter Two', at('4'), at('5'))),
    ],
  });
}

const PATH = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M100,100 L1200,200 L900,1500 z'/></svg>";
const NOTES = ['A triangle of note', 'A corner of note', 'The whole page'];

/** Annotations on a polygon, a rectangle and the whole canvas. */
function notes(base) {
  const id = `${HERE}/notes`;
  const source = `${id}/canvas/1`;
  const note = (index, target, motivation) => ({
    id: `${id}/note/${index}`,
    type: 'Annotation',
    motivation,
    body: { type: 'TextualBody', value: NOTES[index], format: 'text/plain', language: 'en' },
    target,
  });
  const polygon = { type: 'SpecificResource', source: { id: source, type: 'Canvas' }, selector: { type: 'SvgSelector', value: PATH } };
  const items = [note(0, polygon, 'commenting'), note(1, `${source}#xywh=1000,1500,400,400`, 'tagging'), note(2, source, 'commenting')];
  return manifest('notes', 'A page with notes', { items: [canvas(base, id, '1', 'teal', { annotations: [{ id: `${id}/notes`, type: 'AnnotationPage', items }] })] });
}

/** The same as old systems write it, in 2.1. */
function notes2(base) {
  const id = `${HERE}/notes2`;
  const service = `${base}/iiif/2/pages%2Fpink`;
  const canvas = `${id}/canvas/1`;
  const resource = {
    '@id': `${service}/full/full/0/default.jpg`,
    '@type': 'dctypes:Image',
    format: 'image/jpeg',
    ...SIZES,
    service: { '@context': 'http://iiif.io/api/image/2/context.json', '@id': service, profile: 'http://iiif.io/api/image/2/level2.json' },
  };
  const note = (index, on) => ({ '@id': `${id}/note/${index}`, '@type': 'oa:Annotation', motivation: 'oa:commenting', resource: { '@type': 'cnt:ContentAsText', chars: NOTES[index], format: 'text/plain' }, on });
  const polygon = { '@type': 'oa:SpecificResource', full: canvas, selector: { '@type': 'oa:SvgSelector', chars: PATH } };
  const list = { '@id': `${id}/list`, '@type': 'sc:AnnotationList', resources: [note(0, polygon), note(1, `${canvas}#xywh=1000,1500,400,400`), note(2, canvas)] };
  return {
    '@context': 'http://iiif.io/api/presentation/2/context.json',
    '@id': id,
    '@type': 'sc:Manifest',
    label: 'An older page with notes',
    sequences: [
      {
        '@type': 'sc:Sequence',
        canvases: [
          {
            '@id': canvas,
            '@type': 'sc:Canvas',
            label: 'Leaf 1',
            ...SIZES,
            images: [{ '@type': 'oa:Annotation', motivation: 'sc:painting', resource, on: canvas }],
            otherContent: [list],
          },
        ],
      },
    ],
    structures: [{ '@id': `${id}/range/1`, '@type': 'sc:Range', label: 'The only chapter', canvases: [canvas] }],
  };
}

/** Manifests of the cookbook, as files of the fixtures. */
export function cookbook() {
  const folder = join(FIXTURES, 'cookbook');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json')).sort();
  const read = files.map((name) => [name, JSON.parse(readFileSync(join(folder, name)))]);
  return read.filter(([, document]) => document.type === 'Manifest' || document['@type'] === 'sc:Manifest');
}
