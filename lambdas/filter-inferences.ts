import { setting } from "./environment.ts";
import { parseEvent, Refused, type PictureEvent } from "./event.ts";
import { logged } from "./logged.ts";
import { metric } from "./metric.ts";

/** Of a class; that of anything else, the background, has nothing but its name. */
interface Route {
  readonly vehicle: string;
  readonly bay?: string;
  readonly orders?: string;
}

/** The event, and what follows from its inferences; the state machine decides by `known` and `confident`. */
interface Filtered extends PictureEvent {
  readonly vehicle: string;
  readonly confidence: number;
  readonly threshold: number;
  /** The likeliest class is a vehicle. */
  readonly known: boolean;
  readonly confident: boolean;
  readonly route: Route;
}

const threshold = Number(setting("THRESHOLD"));
if (!(threshold > 0 && threshold < 1)) throw new Error(`THRESHOLD is ${threshold}, not in 0 to 1`);
/** One a class, in the order of the model's labels; last the background's, which a model can lack. */
const routes = JSON.parse(setting("ROUTES")) as readonly Route[];
const vehicles = routes.filter(({ bay }) => bay !== undefined).length;

/** Names the likeliest class and its route, whether it is a vehicle, and whether it reaches the threshold. */
export const handler = logged(
  "filter-inferences",
  (event): Filtered => {
    const picture = parseEvent(event);
    const { inferences } = picture;
    if (inferences.length !== routes.length && inferences.length !== vehicles) {
      throw new Refused(
        `${inferences.length} inferences for ${routes.length} classes: deploy the stack with the classes of the model`,
      );
    }
    const confidence = Math.max(...inferences);
    const route = routes[inferences.indexOf(confidence)] as Route;
    const confident = confidence >= threshold;
    const known = route.bay !== undefined;
    return { ...picture, vehicle: route.vehicle, confidence, threshold, known, confident, route };
  },
  ({ vehicle, confidence, known, confident }) => ({
    vehicle,
    confidence,
    known,
    confident,
    ...metric("Confidence", confidence),
  }),
);
