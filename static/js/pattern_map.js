// The map of patterns: a lane for each pattern, a mark where it struck, lines to its playbooks.
// On a narrow screen a lane says its name above its marks, and its playbooks are squares at its end.
(() => {
  const narrow = matchMedia("(max-width: 991px)");
  const TOP = 36; // pixels
  const LETTER = 12;
  // Room for a lane, for the names of patterns and of playbooks, for the lines between, for the
  // column before the axis of time and the gap behind it; and how far marks stand below the middle.
  const WIDE = { lane: 38, left: 250, right: 250, between: 130, undated: 110, gap: 30, below: 0 };
  const NARROW = { lane: 76, left: 12, right: 0, between: 12, undated: 72, gap: 22, below: 20 };
  const SQUARE = 24; // a playbook at the end of a lane
  const MOST_SQUARES = 120; // all of them

  const start = () => {
    const figure = document.querySelector("[data-pattern-map]");
    const source = document.getElementById("pattern-map-picture");
    if (!figure || !source || !window.echarts) return;
    const map = JSON.parse(source.textContent);
    if (!map.lanes.length) return;
    map.marks.push(...map.bubbles.map((bubble) => told(map, bubble)));
    figure.hidden = false; // before drawing: what is hidden has no size
    const box = figure.querySelector(".map-picture");
    box.style.height = `${heightOf(map)}px`;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    const draw = () => chart.setOption(picture(map, box.clientWidth), { notMerge: true });
    draw();
    new ResizeObserver(() => {
      box.style.height = `${heightOf(map)}px`;
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

  const rowsOf = (map) => Math.max(map.lanes.length, narrow.matches ? 0 : map.playbooks.length, narrow.matches ? 1 : 4);

  const heightOf = (map) => TOP + rowsOf(map) * (narrow.matches ? NARROW : WIDE).lane + 20;

  // What is where, on a screen of this width.
  const roomFor = (map) => {
    if (!narrow.matches) return WIDE;
    const most = Math.max(...map.lanes.map((_, lane) => map.lines.filter((line) => line.lane === lane).length));
    return { ...NARROW, between: Math.min(most * SQUARE, MOST_SQUARES) + NARROW.between };
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

  const picture = (map, width) => {
    const tone = chartTones();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const room = roomFor(map);
    const undated = map.marks.some((mark) => !mark.at) ? room.undated : 0;
    const lanesEnd = width - room.right - room.between;
    const height = rowsOf(map) * room.lane;
    const names = named(tone, room, width);
    return {
      animation: !still,
      animationDuration: 120,
      animationDurationUpdate: 0,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: tone.text },
      tooltip: tooltip(tone),
      grid: [
        { left: room.left + undated, width: Math.max(lanesEnd - room.left - undated, 120), top: TOP, height },
        { left: lanesEnd + (narrow.matches ? room.left : 0), width: room.between - (narrow.matches ? room.left : 0), top: TOP, height },
        { left: room.left, width: Math.max(undated - room.gap, 0), top: TOP, height },
      ],
      xAxis: [timeAxis(map, tone), narrow.matches ? wordAxis(1, tone, "playbooks") : freeAxis(1), undated ? wordAxis(2, tone, "no date") : freeAxis(2)],
      yAxis: [laneAxis(map, tone, undated ? {} : names), placeAxis(), laneAxis(map, tone, undated ? names : { show: false }, 2)],
      series: [
        dated(map, tone, room),
        undatedMarks(map, tone, room),
        ...(narrow.matches ? [squares(map, tone, room)] : [lines(map, tone), playbooks(map, tone)]),
      ],
    };
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

  // Where a year has few labels, its first month is named like the others.
  const timeAxis = (map, tone) => ({
    type: "time",
    position: "top",
    minInterval: 28 * 24 * 3600 * 1000,
    boundaryGap: ["3%", "3%"],
    axisLine: { lineStyle: { color: tone.line } },
    axisLabel: { color: tone.quiet, hideOverlap: true, alignMinLabel: "left", formatter: { year: spansYears(map) ? "{yyyy}" : "{MMM} {yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM} {yyyy}" } },
    splitLine: { show: false },
  });

  const spansYears = (map) => {
    const days = map.marks.filter((mark) => mark.at).map((mark) => Date.parse(mark.at));
    return Math.max(...days) - Math.min(...days) > 2 * 365 * 24 * 3600 * 1000;
  };

  // In two lines of at most `width`, the second with an ellipsis where that is not all.
  const inTwoLines = (text, width) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${LETTER}px ${getComputedStyle(document.body).fontFamily}`;
    const fits = (line) => pen.measureText(line).width <= width;
    const words = text.split(" ");
    let first = words.shift();
    while (words.length && fits(`${first} ${words[0]}`)) first += ` ${words.shift()}`;
    let second = words.join(" ");
    while (!fits(second)) second = second.replace(/\s*[^\s…]+…?$|.…?$/, "…");
    return second ? `${first}\n${second}` : first;
  };

  const lettered = { fontSize: LETTER, lineHeight: 15 };

  const freeAxis = (gridIndex) => ({ gridIndex, type: "value", min: 0, max: 1, show: false });

  const placeAxis = () => ({ ...freeAxis(1), inverse: true });

  const laneAxis = (map, tone, more, gridIndex = 0) => ({
    gridIndex,
    type: "category",
    inverse: true,
    data: map.lanes.map((lane) => lane.name),
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { show: true, interval: 0, lineStyle: { color: tone.line } },
    axisLabel: { show: false },
    ...more,
  });

  const named = (tone, room, width) => ({
    triggerEvent: true,
    axisLabel: {
      color: tone.text,
      interval: 0,
      formatter: (name) => inTwoLines(name, narrow.matches ? width - 2 * room.left : room.left - 20),
      ...lettered,
      ...(narrow.matches ? { inside: true, margin: 0, align: "left", verticalAlign: "bottom", padding: [0, 0, 4, 0] } : {}),
    },
  });

  // A column that says what is in it.
  const wordAxis = (gridIndex, tone, word) => ({
    ...freeAxis(gridIndex),
    show: true,
    position: "top",
    axisLine: { lineStyle: { color: tone.line } },
    axisTick: { show: false },
    splitLine: { show: false },
    interval: 0.5,
    axisLabel: { color: tone.quiet, formatter: (value) => (value === 0.5 ? word : "") },
  });

  const marks = (tone, room) => ({
    type: "scatter",
    symbolOffset: [0, room.below],
    itemStyle: { color: tone.accent, opacity: 0.75, borderColor: tone.ground, borderWidth: 1 },
    emphasis: { scale: 1.4, itemStyle: { opacity: 1, borderColor: tone.text, borderWidth: 2 } },
    cursor: "pointer",
  });

  const dated = (map, tone, room) => ({
    ...marks(tone, room),
    id: "dated",
    data: map.marks
      .filter((mark) => mark.at)
      .map((mark) => ({ ...mark, value: [mark.at, mark.lane], symbolSize: mark.size })),
  });

  // Side by side in the order of the table, since nothing says which was first.
  const undatedMarks = (map, tone, room) => {
    const found = map.marks.filter((mark) => !mark.at);
    const data = found.map((mark) => {
      const lane = found.filter((other) => other.lane === mark.lane);
      return { ...mark, value: [middle(lane.indexOf(mark), lane.length), mark.lane], symbolSize: mark.size };
    });
    return { ...marks(tone, room), id: "undated", xAxisIndex: 2, yAxisIndex: 2, data };
  };

  const middle = (place, of) => (place + 0.5) / of;

  const toPlaybook = (map, line) => ({
    url: map.playbooks[line.playbook].url,
    words: `${map.lanes[line.lane].name} → ${map.playbooks[line.playbook].name}`,
    more: line.words,
  });

  // The playbooks of each lane at its end; full where one helped.
  const squares = (map, tone, room) => {
    const data = map.lines.map((line) => {
      const lane = map.lines.filter((other) => other.lane === line.lane);
      const most = Math.max((room.between - room.left) / SQUARE, lane.length);
      return {
        ...toPlaybook(map, line),
        value: [middle(lane.indexOf(line), most), middle(line.lane, map.lanes.length)],
        itemStyle: line.helped ? { color: tone.helped } : { color: "transparent", borderColor: tone.quiet, borderWidth: 1.5 },
      };
    });
    return { id: "squares", type: "scatter", xAxisIndex: 1, yAxisIndex: 1, symbol: "roundRect", symbolSize: 14, symbolOffset: [0, room.below], clip: false, data, cursor: "pointer" };
  };

  // From the end of a lane to a playbook, as a soft S; thick and green where the playbook helped.
  const lines = (map, tone) => ({
    id: "lines",
    type: "custom",
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: map.lines.map((line) => ({
      ...toPlaybook(map, line),
      value: [0, middle(line.lane, map.lanes.length), 1, middle(line.playbook, map.playbooks.length)],
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
    label: { show: true, position: "right", formatter: ({ name }) => inTwoLines(name, WIDE.right - 30), color: tone.text, ...lettered },
    cursor: "pointer",
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
