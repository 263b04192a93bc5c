// What each item must look like in each viewer.
//
// `colours`: the pictures that are painted, and no others. `texts`: what can be read. `then`: what a reader does next. What stands under
// a viewer's name goes for that viewer.

const CHAPTERS = ['Chapter One', 'Part of One', 'Chapter Two'];
const MEMBERS = ['Masters of every kind', 'Read from the right', 'A book with chapters', 'An older page with notes'];
const NOTES = ['A triangle of note', 'A corner of note', 'The whole page'];

const panel = (name) => ({ defaultSideBarPanel: name, sideBarOpen: true });

/** Turns to the opening after the cover. */
const turn = {
  mirador: (left, right) => async (view) => {
    await view.click('[aria-label="Next item"]');
    await view.sees([left, right]);
    view.isLeft(left, right);
  },
  uv: (left, right) => async (view) => {
    await view.page.locator('.headerPanel .search input:visible').first().fill('2');
    await view.click('.go:visible');
    await view.sees([left, right]);
    view.isLeft(left, right);
  },
};

/** Opens the index of Universal Viewer, down to the last branch. */
async function unfold(view) {
  await view.click('text=Index');
  await view.page.locator('.tree .toggle:visible').first().waitFor();
  const closed = view.page.locator('.tree .toggle:not(.expanded):visible');
  for (let depth = 0; depth < 5 && (await closed.count()); depth++) await closed.first().click();
}

export const TRIALS = [
  { item: 'masters', texts: ['Masters of every kind'] },
  {
    item: 'described',
    colours: ['red'],
    texts: ['A described page', 'What there is to say about it.', 'Somebody', 'As XML'],
    mirador: {
      then: async (view) => {
        await view.click('[aria-label="Rights"]');
        await view.reads(['Held by a house']);
      },
    },
    uv: {
      texts: ['A described page', 'What there is', 'Somebody', 'Held by a house'],
      before: (view) => view.click('.rightPanel .expandButton'),
    },
  },
  {
    item: 'rtl',
    colours: ['red'],
    texts: ['Read from the right'],
    mirador: { then: turn.mirador('blue', 'green') },
    uv: { then: turn.uv('blue', 'green') },
  },
  {
    item: 'ltr',
    colours: ['red'],
    texts: ['Read from the left'],
    mirador: { then: turn.mirador('green', 'blue') },
    uv: { then: turn.uv('green', 'blue') },
  },
  {
    item: 'choice',
    colours: ['green'],
    mirador: {
      then: async (view) => {
        await view.click('[aria-label="Layers"]');
        await view.reads(['Natural light', 'X-ray']);
      },
    },
  },
  {
    item: 'foldout',
    mirador: { colours: ['green', 'orange'], then: (view) => view.isLeft('green', 'orange') },
    // It shows the first picture of a canvas only.
    uv: { colours: ['green'] },
  },
  {
    item: 'toc',
    texts: CHAPTERS,
    mirador: { colours: ['blue'], settings: panel('canvas') },
    // It does not know `start`.
    uv: { colours: ['red'], before: unfold },
  },
  { item: 'notes', colours: ['teal'], mirador: { settings: { ...panel('annotations'), highlightAllAnnotations: true }, texts: NOTES } },
  { item: 'notes2', colours: ['pink'], mirador: { settings: { ...panel('annotations'), highlightAllAnnotations: true }, texts: NOTES } },
  {
    item: 'collection',
    url: (base, version) => (version === 2 ? `${base}/collections/~top/v2` : `${base}/collections`),
    pixelless: true,
    texts: MEMBERS,
    mirador: { before: (view) => view.click('text=Show collection') },
  },
];

const FILM = 'Universal Viewer shows nothing while the film does not come, of the recipe itself neither';
/** What is known to fail, and why. Such a trial that does not fail is wrong here. */
export const KNOWN = {
  'cookbook-0064-opera-one-canvas-manifest-uv-3': FILM,
  'cookbook-0229-behavior-ranges-manifest-uv-3': FILM,
};
