import { chance, condition, count, featureName, statisticName } from "./format.ts";
import { html, type Html } from "./html.ts";
import type { MonitoringRecord, RunDocument, VerificationRecord } from "./run-document.ts";

/** What the deployed application did: verification and monitoring. */
export function operation({ verification, monitoring }: RunDocument): Html {
  return html`${verification !== undefined && verificationCard(verification)}
  ${monitoring !== undefined && monitoringCard(monitoring)}`;
}

function verificationCard(verification: VerificationRecord): Html {
  const { executions, routed, belowThreshold, strangers = 0, latencyMs } = verification;
  return html`<section>
    <h2>Application</h2>
    <p>
      The state machine ran over ${executions} test pictures: ${routed} confident ones were routed
      to their bay, ${belowThreshold} unsure ones ended in
      <code>THRESHOLD_CONFIDENCE_NOT_MET</code>${
        strangers > 0 && html`, ${strangers} of anything else in <code>NOT_A_KNOWN_VEHICLE</code>`
      },
      as they must.
    </p>
    <dl class="figures">
      <div>
        <dt>routed</dt>
        <dd>${routed}</dd>
      </div>
      <div>
        <dt>below the threshold</dt>
        <dd>${belowThreshold}</dd>
      </div>
      <div>
        <dt>median latency</dt>
        <dd>${Math.round(latencyMs.p50)} ms</dd>
      </div>
      <div>
        <dt>95th percentile</dt>
        <dd>${Math.round(latencyMs.p95)} ms</dd>
      </div>
    </dl>
  </section>`;
}

function monitoringCard(monitoring: MonitoringRecord): Html {
  const { verdict, records, skipped, features, driftedSince } = monitoring;
  return html`<section>
    <h2>Monitoring: ${verdict}${driftedSince !== undefined && ` since ${driftedSince}`}</h2>
    <p>
      ${count(records)} captured answers of the
      endpoint${
        features.length > 0
          ? ", compared with the evaluation's"
          : ": too few to be compared with the evaluation's"
      }.
      ${skipped > 0 && `${count(skipped)} lines could not be read.`}
    </p>
    ${
      features.length > 0 &&
      html`<div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">feature</th>
              <th scope="col">statistic</th>
              <th scope="col" class="number">value</th>
              <th scope="col" class="number">p, corrected</th>
              <th scope="col">drift when</th>
              <th scope="col">drifted</th>
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
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
  </section>`;
}
