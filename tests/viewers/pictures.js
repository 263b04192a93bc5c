// Pictures of one colour each, so that a screenshot tells which of them are painted, and where.

import { PNG } from 'pngjs';

export const COLOURS = {
  red: [214, 40, 57],
  green: [46, 160, 67],
  blue: [33, 96, 211],
  orange: [245, 133, 24],
  violet: [138, 43, 190],
  teal: [20, 160, 160],
  pink: [240, 110, 190],
  olive: [130, 130, 20],
};

/** A PNG of one colour with some grain, as scans have. */
export function draw(colour, width, height) {
  const png = new PNG({ width, height });
  const grains = grain(COLOURS[colour], 4 * width + 4 * 1021);
  for (let row = 0; row < height; row++) grains.copy(png.data, 4 * width * row, 4 * ((row * 389) % 1021));
  return PNG.sync.write(png, { deflateLevel: 1, filterType: 0 });
}

function grain([red, green, blue], length) {
  const pixels = Buffer.alloc(length, 255);
  let dice = 1;
  for (let at = 0; at < length; at += 4) {
    dice = (Math.imul(dice, 1103515245) + 12345) >>> 0;
    const lift = ((dice >>> 16) % 17) - 8;
    pixels.set([red + lift, green + lift, blue + lift], at);
  }
  return pixels;
}

/** What a screenshot shows: for each colour its share of the area and the middle of where it is. */
export function measure(bytes) {
  const { width, height, data } = PNG.sync.read(bytes);
  const sums = {};
  for (let at = 0; at < data.length; at += 4) {
    const name = nearest(data[at], data[at + 1], data[at + 2]);
    if (!name) continue;
    const sum = (sums[name] ??= { count: 0, x: 0, y: 0 });
    sum.count += 1;
    sum.x += (at / 4) % width;
    sum.y += Math.floor(at / 4 / width);
  }
  const area = width * height;
  const seen = Object.entries(sums).map(([name, { count, x, y }]) => [name, { share: count / area, x: x / count / width, y: y / count / height }]);
  return Object.fromEntries(seen.filter(([, { share }]) => share > 0.02));
}

function nearest(red, green, blue) {
  const far = ([name, colour]) => [name, Math.abs(red - colour[0]) + Math.abs(green - colour[1]) + Math.abs(blue - colour[2])];
  return Object.entries(COLOURS).map(far).find(([, distance]) => distance < 60)?.[0];
}
