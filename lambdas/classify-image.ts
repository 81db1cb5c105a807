import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { setting } from "./environment.ts";
import { parseEvent, requireProbabilities, type PictureEvent } from "./event.ts";
import { logged } from "./logged.ts";
import { decodeBase64, inspectPicture } from "./picture.ts";

const endpointName = setting("ENDPOINT_NAME");
const runtime = new SageMakerRuntimeClient({ maxAttempts: 3 });

/** Asks the endpoint for the picture's probabilities; `image_data` is emptied, its work is done. */
export const handler = logged(
  "classify-image",
  async (event): Promise<PictureEvent> => {
    const asked = parseEvent(event);
    const picture = decodeBase64(asked.image_data);
    const { Body } = await runtime.send(
      new InvokeEndpointCommand({
        EndpointName: endpointName,
        ContentType: inspectPicture(picture).contentType,
        Accept: "application/json",
        Body: picture,
        InferenceId: asked.inference_id,
      }),
    );
    const inferences = requireProbabilities(JSON.parse(Buffer.from(Body ?? []).toString()));
    return { ...asked, image_data: "", inferences };
  },
  ({ inferences }) => ({ inferences }),
);
