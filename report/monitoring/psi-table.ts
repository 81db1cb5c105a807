import type { FeatureDrift } from "../../pipeline/monitoring/drift.ts";
import { chance, condition, featureName, statisticName } from "../format.ts";
import { html, type Html } from "../html.ts";
import { readable } from "./time.ts";

/** The stability index of each feature as a bar against its limit, those that drifted first. */
export function psiBars(features: readonly FeatureDrift[]): Html {
  const indices = features
    .filter(({ statistic }) => statistic === "psi")
    .toSorted((a, b) => Number(b.drifted) - Number(a.drifted) || b.value - a.value);
  const limit = indices[0]?.limit ?? 0;
  const most = Math.max(2 * limit, ...indices.map(({ value }) => value));
  // Logarithmic: one feature at fifty times the limit must not hide one at twice.
  const at = (value: number) =>
    `${((100 * Math.log1p(Math.max(0, value) / limit)) / Math.log1p(most / limit)).toFixed(2)}%`;
  return html`<table class="psi">
    <caption>
      PSI of each feature; the dashed line is the limit, ${limit}. The bars are logarithmic.
    </caption>
    <thead>
      <tr>
        <th scope="col">feature</th>
        <th scope="col"><span class="unseen">bar</span></th>
        <th scope="col" class="number">PSI</th>
      </tr>
    </thead>
    <tbody>
      ${indices.map(
        (feature) =>
          html`<tr class="${feature.drifted && "drifted"}">
            <th scope="row">${featureName(feature)}</th>
            <td class="gauge">
              <span class="limit" style="left:${at(limit)}"></span>
              <span class="value" style="width:${at(feature.value)}"></span>
            </td>
            <td class="number">
              ${feature.value.toFixed(2)}${feature.drifted && html` <strong>drift</strong>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Every test of the window, for those who want the numbers. */
export function testTable(features: readonly FeatureDrift[]): Html {
  return html`<details>
    <summary>All ${features.length} tests</summary>
    <div class="wide" tabindex="0" role="region" aria-label="All tests">
      <table>
        <thead>
          <tr>
            <th scope="col">feature</th>
            <th scope="col">statistic</th>
            <th scope="col" class="number">value</th>
            <th scope="col" class="number">p, corrected</th>
            <th scope="col">drift when</th>
            <th scope="col">drifted</th>
            <th scope="col">since</th>
          </tr>
        </thead>
        <tbody>
          ${features.map(
            (feature) =>
              html`<tr class="${feature.drifted && "failed"}">
                <th scope="row">${featureName(feature)}</th>
                <td>${statisticName(feature)}</td>
                <td class="number">${feature.value.toFixed(3)}</td>
                <td class="number">${chance(feature.adjusted)}</td>
                <td>${condition(feature)}</td>
                <td>${feature.drifted ? html`<strong>yes</strong>` : "no"}</td>
                <td class="number">${feature.since !== undefined && readable(feature.since)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
