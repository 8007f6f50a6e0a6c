import io.github.cdkrootaccess.AccountSelection;
import io.github.cdkrootaccess.AccountSelectionOptions;
import io.github.cdkrootaccess.JoinedAccounts;
import io.github.cdkrootaccess.OrgRootAccessFeatures;
import io.github.cdkrootaccess.RootAccessDelegation;
import io.github.cdkrootaccess.RootCredentialsPurge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

public final class QuickStart {
    /** What happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key. */
    private static final Map<String, JoinedAccounts> JOINED_ACCOUNTS = Map.of("audit", JoinedAccounts.AUDIT, "purge", JoinedAccounts.PURGE);

    public static void main(String[] arguments) {
        App app = new App();

        // `purge` is said by each deployment that is to delete; ids stand in cdk.json
        Settings settings = new Settings(app, "purge", "exclude", "delegate", "joined");
        boolean purges = settings.flag("purge");
        List<String> exclude = settings.items("exclude", purges ? null : List.of()); // before anything is deleted, say what is not
        JoinedAccounts joined = settings.choice("joined", JOINED_ACCOUNTS);

        Stack stack = new Stack(app, "CentralizedRootAccess", StackProps.builder()
            .description("Centralized root access: no member account keeps a root credential")
            .env(Environment.builder().account(System.getenv("CDK_DEFAULT_ACCOUNT")).region(System.getenv("CDK_DEFAULT_REGION")).build())
            .build());

        // the switches of the organization
        OrgRootAccessFeatures features = new OrgRootAccessFeatures(stack, "RootAccess");

        // the account of your security team, if there is one; it stays registered until you deregister it, also when it is left out here
        for (String accountId : settings.items("delegate", List.of())) {
            RootAccessDelegation.Builder.create(stack, "Delegation" + accountId)
                .accountId(accountId).features(features).removalPolicy(RemovalPolicy.RETAIN).build();
        }

        // the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
        RootCredentialsPurge purge = RootCredentialsPurge.Builder.create(stack, "Purge")
            .features(features)
            .accounts(AccountSelection.organization(AccountSelectionOptions.builder().exclude(exclude).build()))
            .dryRun(!purges)
            .joinedAccounts(joined) // only in us-east-1: AWS sends the event to no other Region
            .build();
        if (purges) {
            String excluded = exclude.isEmpty() ? "none" : String.join(", ", exclude);
            Annotations.of(stack).addInfo("this deployment DELETES the root credentials of every member account; excluded are: " + excluded);
        }

        String mode = purges ? "purge: root credentials are deleted" : "dry run: nothing is deleted without -c purge=true";
        CfnOutput.Builder.create(stack, "Mode").value(mode).build();
        CfnOutput.Builder.create(stack, "Summary").value(purge.getDeploymentSummary()).build();
        CfnOutput.Builder.create(stack, "Report").value(purge.getDeploymentReport()).build();
        CfnOutput.Builder.create(stack, "Reports").value("s3://" + purge.getReportsBucket().getBucketName() + "/latest/").build();
        CfnOutput.Builder.create(stack, "Sweep").value(purge.getStateMachine().getStateMachineArn()).build();

        app.synth();
    }

    /**
     * The settings of an app, from its context: {@code "context"} in cdk.json, and {@code -c} on the command line.
     *
     * <p>A setting that nobody reads is refused, and so is a value that nobody allows: either may have been meant to protect something.
     */
    private static final class Settings {
        /** Keys of the context that are the CDK's own: feature flags, what the CLI adds, what it looked up. */
        private static final Pattern OF_THE_CDK = Pattern.compile("^@|^aws:|^aws-cdk:|:account=|^(acknowledged-issue-numbers|cli-telemetry)\\z");

        private final Map<?, ?> context;

        Settings(App app, String... names) {
            context = (Map<?, ?>) app.getNode().getAllContext();
            for (Object name : context.keySet()) {
                if (!Arrays.asList(names).contains(name) && !OF_THE_CDK.matcher((String) name).find()) {
                    throw new IllegalArgumentException("the context '" + name + "' is not a setting of this app: allowed are " + String.join(", ", names));
                }
            }
        }

        /** A decision, {@code false} unless it is given. */
        boolean flag(String name) {
            Object value = context.containsKey(name) ? context.get(name) : Boolean.FALSE;
            if (!Arrays.<Object>asList(true, false, "true", "false").contains(value)) {
                throw refused(name, "true or false");
            }
            return value.equals(true) || value.equals("true");
        }

        /** What one of these words stands for, if it is given. */
        <T> T choice(String name, Map<String, T> words) {
            Object value = context.get(name);
            if (value != null && !words.containsKey(value)) {
                throw refused(name, String.join(" or ", words.keySet()));
            }
            return value == null ? null : words.get(value);
        }

        /**
         * A list, which stands in cdk.json, where the next deployment finds it again. What {@code -c} gives is a text, and is refused: the next
         * deployment would forget it.
         *
         * @param otherwise what is taken if it is not given; without it, the list must be given
         */
        List<String> items(String name, List<String> otherwise) {
            Object value = context.containsKey(name) ? context.get(name) : otherwise;
            List<String> items = new ArrayList<>();
            for (Object item : value instanceof List ? (List<?>) value : Arrays.asList((Object) null)) {
                if (!(item instanceof String) || ((String) item).isEmpty()) {
                    throw refused(name, "a list of texts in \"context\" of cdk.json, [] for none, and not given by -c, which the next deployment would forget");
                }
                items.add((String) item);
            }
            return items;
        }

        private IllegalArgumentException refused(String name, String allowed) {
            String got = context.containsKey(name) ? "'" + context.get(name) + "'" : "nothing";
            return new IllegalArgumentException("the context '" + name + "' must be " + allowed + "; got " + got);
        }
    }
}
