import { html, type Html } from "./html.ts";
import type { VerificationRecord } from "./run-document.ts";

/** What the deployed application did with the pictures that verified it. */
export function verificationSection(verification: VerificationRecord): Html {
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
