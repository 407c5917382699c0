// Returns the texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3).
const numbers = (colour) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return { rgb: [red, green, blue], alpha: alpha / 255 };
};
const known = new Map();
const parsed = (colour) => known.get(colour) ?? known.set(colour, numbers(colour)).get(colour);
const luminance = (rgb) =>
  rgb
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
const over = (front, back, alpha) => front.map((part, index) => part * alpha + back[index] * (1 - alpha));
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const { rgb, alpha } = parsed(getComputedStyle(at).backgroundColor);
    if (alpha === 1) {
      return rgb;
    }
  }
  return [255, 255, 255];
};
const faint = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || !element.checkVisibility() || element.closest(".sr, .skip, option, script, template")) {
    continue;
  }
  const style = getComputedStyle(element);
  const back = behind(element);
  const { rgb, alpha } = parsed(style.color);
  const front = over(rgb, back, alpha * Number(style.opacity));
  const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  if (ratio < 4.5) {
    faint.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}: ${element.textContent.slice(0, 40)}`);
  }
}
return [...new Set(faint)];
