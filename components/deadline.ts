/**
 * Annotation of a StatefulSet: seconds without progress after which a rollout has failed, as a number. What a Deployment
 * says by its field progressDeadlineSeconds, which a StatefulSet does not have.
 */
export const deadlineAnnotation = "session-stack/progress-deadline-seconds";
