import { scaleLinear } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import type { ServicePage } from "../../../src/model/site-data.ts";

type Sample = ServicePage["samples"][number];

export interface LatencyChart {
  readonly width: number;
  readonly height: number;
  /** The measured line; broken where there was no answer. */
  readonly line: string;
  readonly area: string;
  readonly ticks: readonly { readonly y: number; readonly ms: number }[];
  readonly levels: readonly { readonly name: string; readonly y: number; readonly ms: number }[];
  readonly marks: readonly { readonly x: number; readonly y: number; readonly outcome: "warn" | "fail" }[];
}

const WIDTH = 720;
const HEIGHT = 220;
const TOP = 12;
const BOTTOM = 12;

/** Lays out the newest samples by their order, not by time: a gap in checking is not a slow answer. Null under two answers. */
export function latencyChart(
  samples: readonly Sample[],
  latency: NonNullable<ServicePage["latency"]>,
): LatencyChart | null {
  const answered = samples.filter((sample) => sample.latencyMs !== undefined);
  if (answered.length < 2) return null;
  const highest = Math.max(...answered.map((sample) => sample.latencyMs ?? 0), latency.p99);
  const x = scaleLinear([0, samples.length - 1], [4, WIDTH - 4]);
  const y = scaleLinear([0, highest * 1.08 || 1], [HEIGHT - BOTTOM, TOP]).nice(4);
  const points = samples.map((sample, index) => ({ sample, at: x(index) }));
  const draw = line<(typeof points)[number]>()
    .defined(({ sample }) => sample.latencyMs !== undefined)
    .x(({ at }) => at)
    .y(({ sample }) => y(sample.latencyMs ?? 0))
    .curve(curveMonotoneX)
    .digits(1);
  return {
    width: WIDTH,
    height: HEIGHT,
    line: draw(points) ?? "",
    area: areaUnder(draw(points) ?? "", HEIGHT - BOTTOM),
    ticks: y.ticks(4).map((ms) => ({ ms, y: Math.round(y(ms) * 10) / 10 })),
    levels: (["p50", "p95", "p99"] as const).map((name) => ({
      name,
      ms: latency[name],
      y: Math.round(y(latency[name]) * 10) / 10,
    })),
    marks: points.flatMap(({ sample, at }) =>
      sample.outcome === "pass"
        ? []
        : [{ x: Math.round(at * 10) / 10, y: y(sample.latencyMs ?? 0), outcome: sample.outcome }],
    ),
  };
}

/** Closes each stretch of a line down to the ground. */
function areaUnder(path: string, ground: number): string {
  return path
    .split(/(?=M)/)
    .filter((stretch) => stretch.includes("C") || stretch.includes("L"))
    .map((stretch) => {
      const first = /^M([\d.]+)/.exec(stretch)?.[1] ?? "0";
      const last = /([\d.]+),[\d.]+$/.exec(stretch)?.[1] ?? first;
      return `${stretch}L${last},${ground}L${first},${ground}Z`;
    })
    .join("");
}

/** A line of the newest answers in a box of 120 × 28, without axes. Null under two answers. */
export function sparkline(samples: readonly Sample[]): string | null {
  const answered = samples.filter((sample) => sample.latencyMs !== undefined).slice(-30);
  if (answered.length < 2) return null;
  const x = scaleLinear([0, answered.length - 1], [2, 118]);
  const y = scaleLinear([0, Math.max(...answered.map((sample) => sample.latencyMs ?? 0)) || 1], [26, 3]);
  return line<Sample>()
    .x((_, index) => x(index))
    .y((sample) => y(sample.latencyMs ?? 0))
    .digits(0)(answered);
}
