// Follow-up's pictures. Each shows what the table below it says.
(() => {
  const LETTER = 12; // pixels
  const BAR = 30; // of a row

  const start = () => {
    const source = document.getElementById("follow-up-picture");
    if (!source || !window.echarts) return;
    const pictures = JSON.parse(source.textContent);
    for (const box of document.querySelectorAll("[data-follow-picture]")) {
      const name = box.dataset.followPicture;
      if (pictures[name]?.names.length) show(box, SHAPES[name], pictures[name]);
    }
  };

  const show = (box, shape, data) => {
    box.hidden = false; // before drawing: what is hidden has no size
    if (shape === lying) box.style.height = `${data.names.length * BAR + 60}px`;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    const draw = () => {
      const tone = chartTones();
      chart.setOption({ ...frame(tone), ...shape(data, tone, box.clientWidth) }, { notMerge: true });
    };
    draw();
    new ResizeObserver(() => {
      chart.resize();
      draw();
    }).observe(box);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  };

  // The tooltip is drawn on the canvas: one of HTML would need inline styles, which our policy forbids.
  const frame = (tone) => ({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: tone.text },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      renderMode: "richText",
      confine: true,
      backgroundColor: tone.ground,
      borderColor: tone.line,
      textStyle: { color: tone.text },
    },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: tone.text, fontSize: LETTER } },
  });

  const words = (names, tone, more) => ({
    type: "category",
    data: names,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: tone.line } },
    axisLabel: { color: tone.text, fontSize: LETTER, ...more },
  });

  const count = (tone) => ({
    type: "value",
    minInterval: 1,
    axisLabel: { color: tone.quiet, fontSize: LETTER },
    splitLine: { lineStyle: { color: tone.line } },
  });

  const bars = (name, data, color, more) => ({ name, type: "bar", stack: "all", data, barMaxWidth: 28, itemStyle: { color }, ...more });

  // A column for each month or age.
  const months = (data, tone) => ({
    grid: { left: 36, right: 8, top: 34, bottom: 28 },
    xAxis: words(data.names, tone, { hideOverlap: true }),
    yAxis: count(tone),
    series: [
      bars("On time", data.met, tone.helped),
      bars("Late", data.late, tone.late),
      bars("Without a due date", data.undated, tone.line),
    ],
  });

  const ages = (data, tone, width) => ({
    legend: { show: false },
    grid: { left: 30, right: 8, top: 24, bottom: width < 420 ? 60 : 44 },
    xAxis: words(data.names, tone, { interval: 0, fontSize: width < 420 ? LETTER - 1 : LETTER, lineHeight: 14, width: (width - 38) / data.names.length - 2, overflow: "break" }),
    yAxis: count(tone),
    series: [bars("Open", data.open, tone.accent, { label: { show: true, position: "top", color: tone.text } })],
  });

  // A row for each team or service.
  const lying = (data, tone, width) => ({
    grid: { left: Math.min(width * 0.4, 180), right: 16, top: 30, bottom: 24 },
    xAxis: count(tone),
    yAxis: { ...words(data.names, tone, { width: Math.min(width * 0.4, 180) - 12, overflow: "truncate" }), inverse: true },
    series: [bars("Overdue", data.overdue, tone.late), bars("Open, not overdue", data.open, tone.accent)],
  });

  const SHAPES = { "on-time": months, ages, teams: lying, services: lying };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
