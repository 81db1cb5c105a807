import type { Evaluation } from "../../pipeline/evaluation/evaluation.ts";
import { calibrationChart } from "./calibration-chart.ts";
import { confidenceChart, confidenceSentence } from "./confidence-chart.ts";
import { confusionTable } from "./confusion-table.ts";
import type { EvaluationDocument } from "./evaluation-document.ts";
import { decimals } from "../format.ts";
import { html, type Html } from "../html.ts";
import { rocChart } from "./roc-chart.ts";
import { strangerSection, wrongPictureSection } from "./wrong-pictures.ts";

/** What the model was measured to be: figures, charts and mistakes. */
export async function measurement(document: EvaluationDocument): Promise<Html> {
  const { evaluation, wrongPictures, strangers, threshold } = document;
  const { predictions } = evaluation;
  const classes = vehiclesOf(evaluation);
  const wrong = evaluation.total - evaluation.correct;
  return html`<div class="columns">
      <section>
        <h2>What is taken for what</h2>
        <div class="wide" tabindex="0" role="region" aria-label="Confusion matrix">
          ${confusionTable(evaluation)}
        </div>
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
        ${await calibrationChart(predictions, evaluation.classes.length)}
      </section>
      <section>
        <h2>One class told from the rest</h2>
        <p>
          How many of a class are found for how many others taken for it, over all thresholds. The
          area under the curve is ${decimals(evaluation.auc)}; guessing has 0.5.
        </p>
        ${await rocChart(predictions, classes, evaluation.auc)}
      </section>
    </div>
    ${wrongPictureSection(wrong, wrongPictures, evaluation.classes)}
    ${strangerSection(strangers, evaluation.classes)}`;
}

/** The classes that the test pictures of the charts have. */
function vehiclesOf({ classes, background }: Evaluation): readonly string[] {
  return background === undefined ? classes : classes.slice(0, -1);
}

function figures({ auc, logLoss, calibrationError, strangers }: Evaluation): Html {
  return html`<dl class="figures">
    <div>
      <dt>area under the ROC curve</dt>
      <dd>${decimals(auc)}</dd>
    </div>
    <div>
      <dt>log loss</dt>
      <dd>${decimals(logLoss)}</dd>
    </div>
    <div>
      <dt>calibration error</dt>
      <dd>${decimals(calibrationError)}</dd>
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
