// The map of patterns: a lane for each pattern, a mark where it struck, lines to its playbooks.
(() => {
  const LANE = 38; // pixels
  const TOP = 36;
  const LEFT = 250; // room for the names of patterns
  const RIGHT = 250; // and of playbooks
  const BETWEEN = 130; // where the lines run
  const UNDATED = 110; // a column of its own before the axis of time
  const GAP = 30; // between the two

  const start = () => {
    const figure = document.querySelector("[data-pattern-map]");
    const source = document.getElementById("pattern-map-picture");
    if (!figure || !source || !window.echarts) return;
    const map = JSON.parse(source.textContent);
    if (!map.lanes.length) return;
    map.marks.push(...map.bubbles.map((bubble) => told(map, bubble)));
    figure.hidden = false; // before drawing: what is hidden has no size
    const box = figure.querySelector(".map-picture");
    const rows = Math.max(map.lanes.length, map.playbooks.length, 4);
    box.style.height = `${TOP + rows * LANE + 20}px`;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    const draw = () => chart.setOption(picture(map, rows, box.clientWidth), { notMerge: true });
    draw();
    new ResizeObserver(() => {
      chart.resize();
      draw();
    }).observe(box);
    new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    chart.on("click", (event) => {
      const url = addressOf(event, map);
      if (url) window.location.assign(url);
    });
    showTogether(chart, map);
  };

  // A quarter's count comes as four numbers: its words and its address are put together here.
  const told = (map, [lane, quarter, incidents, size]) => {
    const { at, more, days } = map.quarters[quarter];
    const words = `${incidents} incident${incidents === 1 ? "" : "s"}`;
    return { lane, at, size, more, words, url: map.lanes[lane].list + days };
  };

  const addressOf = (event, map) => {
    if (event.componentType === "yAxis") return map.lanes.find((lane) => lane.name === event.value)?.url;
    return event.data?.url;
  };

  // An incident that shows several patterns has a mark on several lanes: they light up as one.
  const showTogether = (chart, map) => {
    const all = (type) => (event) => {
      if (!["dated", "undated"].includes(event.seriesId)) return;
      const there = map.marks.filter((mark) => Boolean(mark.at) === (event.seriesId === "dated"));
      const dataIndex = there.flatMap((mark, place) => (mark.url === event.data.url ? [place] : []));
      chart.dispatchAction({ type, seriesId: event.seriesId, dataIndex });
    };
    chart.on("mouseover", all("highlight"));
    chart.on("mouseout", all("downplay"));
  };

  const picture = (map, rows, width) => {
    const tone = tones();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const undated = map.marks.some((mark) => !mark.at) ? UNDATED : 0;
    const lanesEnd = width - RIGHT - BETWEEN;
    const height = rows * LANE;
    return {
      animation: !still,
      animationDuration: 120,
      animationDurationUpdate: 0,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: tone.text },
      tooltip: tooltip(tone),
      grid: [
        { left: LEFT + undated, width: Math.max(lanesEnd - LEFT - undated, 120), top: TOP, height },
        { left: lanesEnd, width: BETWEEN, top: TOP, height },
        { left: LEFT, width: Math.max(undated - GAP, 0), top: TOP, height },
      ],
      xAxis: [timeAxis(tone), freeAxis(1), undatedAxis(tone, undated)],
      yAxis: [laneAxis(map, tone, undated), placeAxis(), undatedLanes(map, tone, undated)],
      series: [dated(map, tone), undatedMarks(map, tone), lines(map, tone), playbooks(map, tone)],
    };
  };

  // The theme's colours as the canvas understands them, whichever way the style sheet writes them.
  const tones = () => {
    const probe = document.body.appendChild(document.createElement("span"));
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const colour = (name) => {
      probe.style.color = `var(--tblr-${name})`;
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = getComputedStyle(probe).color;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
    };
    const found = {
      text: colour("body-color"),
      quiet: colour("secondary"),
      line: colour("border-color"),
      ground: colour("bg-surface"),
      accent: colour("link-color"),
      helped: colour("green"),
    };
    probe.remove();
    return found;
  };

  // Drawn on the canvas: a tooltip of HTML would need inline styles, which our policy forbids.
  const tooltip = (tone) => ({
    renderMode: "richText",
    confine: true,
    transitionDuration: 0,
    backgroundColor: tone.ground,
    borderColor: tone.line,
    textStyle: { color: tone.text, width: 300, overflow: "break" },
    formatter: (event) => [event.data.words, event.data.more].filter(Boolean).join("\n"),
  });

  const timeAxis = (tone) => ({
    type: "time",
    position: "top",
    minInterval: 28 * 24 * 3600 * 1000,
    boundaryGap: ["3%", "3%"],
    axisLine: { lineStyle: { color: tone.line } },
    axisLabel: { color: tone.quiet, hideOverlap: true, formatter: { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM} {yyyy}" } },
    splitLine: { show: false },
  });

  const twoLines = (width) => ({ width, height: 32, fontSize: 12, lineHeight: 15, overflow: "break", lineOverflow: "truncate", ellipsis: "…" });

  const freeAxis = (gridIndex) => ({ gridIndex, type: "value", min: 0, max: 1, show: false });

  const placeAxis = () => ({ ...freeAxis(1), inverse: true });

  const lanes = (map, tone) => ({
    type: "category",
    inverse: true,
    data: map.lanes.map((lane) => lane.name),
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { show: true, interval: 0, lineStyle: { color: tone.line } },
    axisLabel: { show: false },
  });

  const named = (tone) => ({
    triggerEvent: true,
    axisLabel: { color: tone.text, interval: 0, ...twoLines(LEFT - 20) },
  });

  const laneAxis = (map, tone, undated) => ({ ...lanes(map, tone), ...(undated ? {} : named(tone)) });

  const undatedLanes = (map, tone, undated) => ({
    ...lanes(map, tone),
    ...(undated ? named(tone) : { show: false }),
    gridIndex: 2,
  });

  const undatedAxis = (tone, undated) => ({
    ...freeAxis(2),
    show: undated > 0,
    position: "top",
    axisLine: { lineStyle: { color: tone.line } },
    axisTick: { show: false },
    splitLine: { show: false },
    interval: 0.5,
    axisLabel: { color: tone.quiet, formatter: (value) => (value === 0.5 ? "no date" : "") },
  });

  const marks = (tone) => ({
    type: "scatter",
    itemStyle: { color: tone.accent, opacity: 0.75, borderColor: tone.ground, borderWidth: 1 },
    emphasis: { scale: 1.4, itemStyle: { opacity: 1, borderColor: tone.text, borderWidth: 2 } },
    cursor: "pointer",
  });

  const dated = (map, tone) => ({
    ...marks(tone),
    id: "dated",
    data: map.marks
      .filter((mark) => mark.at)
      .map((mark) => ({ ...mark, value: [mark.at, mark.lane], symbolSize: mark.size })),
  });

  // Side by side in the order of the table, since nothing says which was first.
  const undatedMarks = (map, tone) => {
    const found = map.marks.filter((mark) => !mark.at);
    const data = found.map((mark) => {
      const lane = found.filter((other) => other.lane === mark.lane);
      return { ...mark, value: [middle(lane.indexOf(mark), lane.length), mark.lane], symbolSize: mark.size };
    });
    return { ...marks(tone), id: "undated", xAxisIndex: 2, yAxisIndex: 2, data };
  };

  const middle = (place, of) => (place + 0.5) / of;

  // From the end of a lane to a playbook, as a soft S; thick and green where the playbook helped.
  const lines = (map, tone) => ({
    id: "lines",
    type: "custom",
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: map.lines.map((line) => ({
      value: [0, middle(line.lane, map.lanes.length), 1, middle(line.playbook, map.playbooks.length)],
      url: map.playbooks[line.playbook].url,
      helped: line.helped,
      words: `${map.lanes[line.lane].name} → ${map.playbooks[line.playbook].name}`,
      more: line.words,
    })),
    renderItem: (params, api) => {
      const [x1, y1] = api.coord([api.value(0), api.value(1)]);
      const [x2, y2] = api.coord([api.value(2), api.value(3)]);
      const helped = map.lines[params.dataIndex].helped;
      const half = (x1 + x2) / 2;
      return {
        type: "bezierCurve",
        shape: { x1, y1, x2, y2, cpx1: half, cpy1: y1, cpx2: half, cpy2: y2 },
        style: { fill: null, stroke: helped ? tone.helped : tone.quiet, opacity: helped ? 0.9 : 0.45, lineWidth: helped ? Math.min(2 + helped, 8) : 1.5 },
        emphasis: { style: { opacity: 1, stroke: tone.text } },
      };
    },
  });

  const playbooks = (map, tone) => ({
    id: "playbooks",
    type: "scatter",
    xAxisIndex: 1,
    yAxisIndex: 1,
    symbol: "roundRect",
    symbolSize: 10,
    clip: false,
    data: map.playbooks.map((playbook, place) => ({
      value: [1, middle(place, map.playbooks.length)],
      name: playbook.name,
      url: playbook.url,
      words: playbook.name,
    })),
    itemStyle: { color: tone.quiet },
    label: { show: true, position: "right", formatter: "{b}", color: tone.text, ...twoLines(RIGHT - 30) },
    cursor: "pointer",
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
