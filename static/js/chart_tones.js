// The theme's colours as a canvas understands them, whichever way the style sheet writes them.
window.chartTones = () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (name) => {
    // One of its own for each: a colour that changes may change slowly.
    const probe = document.createElement("span");
    probe.style.color = `var(--tblr-${name})`;
    document.body.append(probe);
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
  };
  return {
    text: colour("body-color"),
    quiet: colour("secondary"),
    line: colour("border-color"),
    ground: colour("bg-surface"),
    accent: colour("link-color"),
    helped: colour("green"),
    late: colour("orange"),
  };
};
