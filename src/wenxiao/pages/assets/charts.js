/* 问效 · charts. Reads data-chart, takes its colours from the tokens, redraws on theme and size. No inline style beyond what
   the library sets through the style object, tooltips as rich text, so that the content policy holds. */
(function () {
  "use strict";
  if (!window.echarts) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const QUIET = ["bar", "accent", "bar-2", "idle-fill"];
  const PATTERN = [null, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: 0.8 }, { symbol: "circle", symbolSize: 0.5 }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3] }];

  function option(told, size) {
    const text = { color: token("ink-2"), fontFamily: token("sans"), fontSize: size };
    const names = { type: "category", data: told.names, axisLine: { lineStyle: { color: token("line-3") } }, axisTick: { show: false }, axisLabel: { ...text, width: 128, overflow: "truncate" }, inverse: !told.upright };
    const values = { type: "value", min: 0, axisLabel: { ...text, formatter: `{value}${told.unit}` }, splitLine: { lineStyle: { color: token("line") } } };
    const series = told.series.map((one, at) => ({
      name: one.name,
      type: "bar",
      stack: told.stacked ? "all" : undefined,
      barMaxWidth: 22,
      data: one.values,
      itemStyle: { color: token(one.token || QUIET[at % 4]), borderColor: token("surface"), borderWidth: told.stacked ? 1 : 0, decal: told.stacked ? PATTERN[at % 4] : undefined },
      label: { show: true, position: told.stacked ? "inside" : "right", ...text, color: told.stacked ? token("ink") : token("ink-2"), textBorderColor: told.stacked ? token("surface") : undefined, textBorderWidth: told.stacked ? 2 : 0, formatter: (point) => (point.value ? `${point.value}${told.stacked ? "" : told.unit}` : "") },
      markLine: told.line && at === 0 ? { symbol: "none", silent: true, lineStyle: { color: token("ink"), width: 2, type: "solid" }, label: { ...text, formatter: `${told.line[0]} ${told.line[1]}${told.unit}`, position: told.upright ? "end" : "start" }, data: [told.upright ? { yAxis: told.line[1] } : { xAxis: told.line[1] }] } : undefined,
    }));
    return {
      animation: false,
      textStyle: { fontFamily: token("sans") },
      grid: { left: 8, right: 56, top: told.line || told.series.length > 1 ? 34 : 12, bottom: 8, containLabel: true },
      legend: told.series.length > 1 ? { top: 0, left: 8, textStyle: text, icon: "rect" } : undefined,
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: token("surface"), borderColor: token("line-3"), textStyle: text },
      xAxis: told.upright ? names : values,
      yAxis: told.upright ? values : names,
      series,
    };
  }

  const drawn = new Map();
  function draw(box) {
    const told = JSON.parse(box.dataset.chart);
    const chart = drawn.get(box) || window.echarts.init(box, null, { renderer: "svg" });
    drawn.set(box, chart);
    chart.setOption(option(told, window.innerWidth >= 1800 ? 18 : 12), true);
  }
  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("wenxiao:theme", all);
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
