// What each item must look like in each viewer.
//
// `colours`: the pictures that are painted, and no others. `texts`: what can be read. `then`: what a reader does next. What stands under
// a viewer's name goes for that viewer.

const CHAPTERS = ['Chapter One', 'Part of One', 'Chapter Two'];
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
    await view.page.locator('.centerOptions input.searchText, .centerOptions input[type=text]').first().fill('2');
    await view.click('.centerOptions .go');
    await view.sees([left, right]);
    view.isLeft(left, right);
  },
};

export const TRIALS = [
  { item: 'masters', texts: ['Masters of every kind'] },
  {
    item: 'described',
    colours: ['red'],
    texts: ['A described page', 'What there is to say about it.', 'Somebody', 'Held by a house'],
    uv: { before: (view) => view.click('.rightPanel .expandButton, .moreInfoRightPanel .expandButton') },
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
  { item: 'choice', colours: ['green'], mirador: { settings: panel('layers'), texts: ['Natural light', 'X-ray'] } },
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
    uv: { colours: ['red'] },
  },
  { item: 'notes', colours: ['teal'], mirador: { settings: { ...panel('annotations'), highlightAllAnnotations: true }, texts: NOTES } },
  { item: 'notes2', colours: ['pink'], mirador: { settings: { ...panel('annotations'), highlightAllAnnotations: true }, texts: NOTES } },
];
