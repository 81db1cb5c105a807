import { calibrationChart } from "./calibration-chart.ts";
import { confidenceChart, confidenceSentence } from "./confidence-chart.ts";
import { confusionTable } from "./confusion-table.ts";
import { html, type Html } from "./html.ts";
import type { Report } from "./render.ts";
import { rocChart } from "./roc-chart.ts";
import type { EvaluationRecord } from "./run-document.ts";
import { wrongPictureSection } from "./wrong-pictures.ts";

/** What the model was measured to be: figures, charts and mistakes. Absent where it was not. */
export async function measurement(report: Report): Promise<Html | undefined> {
  const { run, predictions, wrongPictures, threshold } = report;
  if (run.evaluation === undefined || run.dataset === undefined) return undefined;
  const { evaluation } = run;
  const { classes } = run.dataset;
  const wrong = evaluation.total - evaluation.correct;
  return html`<div class="columns">
      <section>
        <h2>What is taken for what</h2>
        <div class="wide">${confusionTable(evaluation)}</div>
        ${figures(evaluation)}
      </section>
      <section>
        <h2>Confidence against the threshold</h2>
        <p>${confidenceSentence(predictions, threshold)}</p>
        ${await confidenceChart(predictions, classes, threshold)}
        <p class="legend">
          <span class="right">● right</span> <span class="wrong">✚ wrong</span> A row a true class.
        </p>
      </section>
      <section>
        <h2>Is the confidence to be believed?</h2>
        <p>
          On the dashed line a model that says 90% is right nine times in ten. The numbers are
          pictures, the bars 95% intervals.
        </p>
        ${await calibrationChart(predictions, classes.length)}
      </section>
      <section>
        <h2>One class told from the rest</h2>
        <p>
          How many of a class are found for how many others taken for it, over all thresholds. The
          area under the curve is ${evaluation.auc.toFixed(3)}; guessing has 0.5.
        </p>
        ${await rocChart(predictions, classes, evaluation.auc)}
      </section>
    </div>
    ${wrongPictureSection(wrong, wrongPictures, classes)}`;
}

function figures({ auc, logLoss, calibrationError, strangers }: EvaluationRecord): Html {
  return html`<dl class="figures">
    <div>
      <dt>area under the ROC curve</dt>
      <dd>${auc.toFixed(3)}</dd>
    </div>
    <div>
      <dt>log loss</dt>
      <dd>${logLoss.toFixed(3)}</dd>
    </div>
    <div>
      <dt>calibration error</dt>
      <dd>${calibrationError.toFixed(3)}</dd>
    </div>
    ${
      strangers !== undefined &&
      html`<div>
        <dt>of anything else, pass at 95% of the vehicles kept</dt>
        <dd>${strangers.passed} of ${strangers.total}</dd>
      </div>`
    }
  </dl>`;
}
